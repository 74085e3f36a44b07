# Made from packages/cdktf by "npm run module". Change the construct, not this file.

locals {
  github_dot_com = can(regex("^https://token[.]actions[.](githubusercontent[.]com(/[\\w.-]+)?|[\\w-]+[.]ghe[.]com)$", var.issuer))
  issuer_host    = replace(var.issuer, "https://", "")
}

data "aws_region" "sender_region" {}

resource "aws_iam_role" "sender_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "GitHubJobsAssume"
        Effect = "Allow"
        Principal = {
          Federated = var.oidc_provider_arn
        }
        Action = ["sts:AssumeRoleWithWebIdentity"]
        Condition = {
          StringEquals = { for key, value in {
            "${local.issuer_host}:aud" = "sts.amazonaws.com"
            "${local.issuer_host}:sub" = [
              "repo:${var.owner}/${var.repository}:environment:${var.environment}",
              "repo:${var.owner}@${var.owner_id}/${var.repository}@${var.repository_id}:environment:${var.environment}",
            ]
            "${local.issuer_host}:repository_id"    = local.github_dot_com ? var.repository_id : null
            "${local.issuer_host}:environment"      = local.github_dot_com ? var.environment : null
            "${local.issuer_host}:job_workflow_ref" = local.github_dot_com ? var.workflow : null
          } : key => value if value != null }
        }
      },
    ]
  })
  description          = "secret-handoff: ${var.owner}/${var.repository}, environment ${var.environment}"
  max_session_duration = var.max_session_duration
  name                 = var.name
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = length(var.secret_names) + length(var.secret_tags) + length(var.parameter_names) + length(var.assume_role_arns) > 0
      error_message = "The role could read nothing to hand over: give secret_names, secret_tags, parameter_names or assume_role_arns."
    }

    precondition {
      condition     = var.rotate == null || length(var.secret_names) + length(var.secret_tags) > 0
      error_message = "The role has rotate, and no secret to rotate: give secret_names or secret_tags."
    }

    precondition {
      condition     = length(var.rotation_function_arns) == 0 || try(var.rotate == "managed", false)
      error_message = "The role has rotation_function_arns, which only rotate = managed needs."
    }

    precondition {
      condition     = var.workflow == null || local.github_dot_com
      error_message = "AWS compares workflow for github.com and ghe.com only: with another issuer leave it out, and protect the environment."
    }

    precondition {
      condition     = var.mail_identity_arn == null || (var.mail_configuration_set_arn != null && var.mail_from != null)
      error_message = "With mail_identity_arn the role needs mail_from, the only address that it may mail from, and mail_configuration_set_arn."
    }
  }
}

resource "aws_iam_role_policy" "sender_policy" {
  name = "send"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      length(var.secret_names) > 0 ? [
        {
          Sid      = "UseNamedSecrets"
          Effect   = "Allow"
          Action   = concat(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], var.rotate == "generate" ? ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"] : [])
          Resource = [for n in var.secret_names : join(":", ["arn", element(split(":", aws_iam_role.sender_role.arn), 1), "secretsmanager", data.aws_region.sender_region.id, element(split(":", aws_iam_role.sender_role.arn), 4), "secret", endswith(n, "/*") ? n : format("%s-??????", n)])]
        },
      ] : [],
      length(var.secret_tags) > 0 ? [
        {
          Sid      = "UseTaggedSecrets"
          Effect   = "Allow"
          Action   = concat(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], var.rotate == "generate" ? ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"] : [])
          Resource = [join(":", ["arn", element(split(":", aws_iam_role.sender_role.arn), 1), "secretsmanager", data.aws_region.sender_region.id, element(split(":", aws_iam_role.sender_role.arn), 4), "secret", "*"])]
          Condition = {
            StringEquals = { for key, value in var.secret_tags : "aws:ResourceTag/${key}" => value }
          }
        },
      ] : [],
      var.rotate == "managed" && length(var.secret_names) > 0 ? [
        {
          Sid      = "RotateNamedSecrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:RotateSecret"]
          Resource = [for n in var.secret_names : join(":", ["arn", element(split(":", aws_iam_role.sender_role.arn), 1), "secretsmanager", data.aws_region.sender_region.id, element(split(":", aws_iam_role.sender_role.arn), 4), "secret", endswith(n, "/*") ? n : format("%s-??????", n)])]
          Condition = {
            BoolIfExists = {
              "secretsmanager:ModifyRotationRules" = "false"
            }
          }
        },
      ] : [],
      var.rotate == "managed" && length(var.secret_tags) > 0 ? [
        {
          Sid      = "RotateTaggedSecrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:RotateSecret"]
          Resource = [join(":", ["arn", element(split(":", aws_iam_role.sender_role.arn), 1), "secretsmanager", data.aws_region.sender_region.id, element(split(":", aws_iam_role.sender_role.arn), 4), "secret", "*"])]
          Condition = {
            StringEquals = { for key, value in var.secret_tags : "aws:ResourceTag/${key}" => value }
            BoolIfExists = {
              "secretsmanager:ModifyRotationRules" = "false"
            }
          }
        },
      ] : [],
      var.rotate == "managed" && length(var.rotation_function_arns) > 0 ? [
        {
          Sid      = "InvokeRotationFunctions"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = var.rotation_function_arns
        },
      ] : [],
      length(var.parameter_names) > 0 ? [
        {
          Sid      = "ReadParameters"
          Effect   = "Allow"
          Action   = ["ssm:GetParameter"]
          Resource = [for n in var.parameter_names : join(":", ["arn", element(split(":", aws_iam_role.sender_role.arn), 1), "ssm", data.aws_region.sender_region.id, element(split(":", aws_iam_role.sender_role.arn), 4), "parameter/${trimprefix(n, "/")}"])]
        },
      ] : [],
      anytrue([for n in var.parameter_names : endswith(n, "/*")]) ? [
        {
          Sid      = "ReadParameterPaths"
          Effect   = "Allow"
          Action   = ["ssm:GetParametersByPath"]
          Resource = flatten([for n in var.parameter_names : [for path in [trimsuffix(n, "/*"), n] : join(":", ["arn", element(split(":", aws_iam_role.sender_role.arn), 1), "ssm", data.aws_region.sender_region.id, element(split(":", aws_iam_role.sender_role.arn), 4), "parameter/${trimprefix(path, "/")}"])] if endswith(n, "/*")])
        },
      ] : [],
      var.passphrase_path != null ? [
        {
          Sid      = "KeepPassphrases"
          Effect   = "Allow"
          Action   = ["ssm:PutParameter", "ssm:AddTagsToResource", "ssm:DeleteParameter"]
          Resource = [join(":", ["arn", element(split(":", aws_iam_role.sender_role.arn), 1), "ssm", data.aws_region.sender_region.id, element(split(":", aws_iam_role.sender_role.arn), 4), "parameter/${trimprefix(coalesce(var.passphrase_path, "/"), "/")}/*"])]
        },
      ] : [],
      length(var.assume_role_arns) > 0 ? [
        {
          Sid      = "AssumeRoles"
          Effect   = "Allow"
          Action   = ["sts:AssumeRole"]
          Resource = var.assume_role_arns
        },
      ] : [],
      var.list_secrets ? [
        {
          Sid      = "ListSecrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:ListSecrets"]
          Resource = ["*"]
        },
      ] : [],
      var.rotate == "generate" ? [
        {
          Sid      = "GeneratePasswords"
          Effect   = "Allow"
          Action   = ["secretsmanager:GetRandomPassword"]
          Resource = ["*"]
        },
      ] : [],
      length(var.kms_key_arns) > 0 ? [
        {
          Sid      = "DecryptSecrets"
          Effect   = "Allow"
          Action   = concat(["kms:Decrypt"], var.rotate == "generate" ? ["kms:GenerateDataKey"] : [])
          Resource = var.kms_key_arns
          Condition = {
            StringEquals = {
              "kms:ViaService" = [
                "secretsmanager.${data.aws_region.sender_region.id}.amazonaws.com",
                "ssm.${data.aws_region.sender_region.id}.amazonaws.com",
              ]
            }
          }
        },
      ] : [],
      var.mail_identity_arn != null ? [
        {
          Sid    = "MailLinks"
          Effect = "Allow"
          Action = ["ses:SendEmail", "ses:SendRawEmail"]
          Resource = [
            var.mail_identity_arn,
            "arn:${element(split(":", aws_iam_role.sender_role.arn), 1)}:ses:${data.aws_region.sender_region.id}:${element(split(":", aws_iam_role.sender_role.arn), 4)}:identity/*",
            var.mail_configuration_set_arn,
          ]
          Condition = {
            StringEquals = {
              "ses:FromAddress" = var.mail_from
            }
          }
        },
      ] : [],
      var.mail_identity_arn != null ? [
        {
          Sid    = "CheckMailIdentity"
          Effect = "Allow"
          Action = ["ses:GetEmailIdentity"]
          Resource = [
            var.mail_identity_arn,
            "arn:${element(split(":", aws_iam_role.sender_role.arn), 1)}:ses:${data.aws_region.sender_region.id}:${element(split(":", aws_iam_role.sender_role.arn), 4)}:identity/${var.mail_from}",
          ]
        },
      ] : [],
    )
  })
  role = aws_iam_role.sender_role.name
}
