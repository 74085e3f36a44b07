# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_cloudwatch_event_rule" "schedule" {
  description         = "Runs the sweeper of secret-handoff"
  name                = "${var.name}-sweep"
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_rule" "seal_schedule" {
  description         = "Runs the sealer of secret-handoff"
  name                = "${var.name}-seal"
  schedule_expression = "rate(1 hour)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "schedule_target" {
  arn       = aws_lambda_function.sweeper_function.arn
  rule      = aws_cloudwatch_event_rule.schedule.name
  target_id = "sweeper"

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

resource "aws_cloudwatch_event_target" "seal_schedule_target" {
  arn       = aws_lambda_function.sealer_function.arn
  rule      = aws_cloudwatch_event_rule.seal_schedule.name
  target_id = "sealer"

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

resource "aws_cloudwatch_log_group" "drainer_logs" {
  name              = "/aws/lambda/${var.name}-drainer"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "recipient_logs" {
  name              = "/aws/lambda/${var.name}-recipient"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "sealer_logs" {
  name              = "/aws/lambda/${var.name}-sealer"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "sender_logs" {
  name              = "/aws/lambda/${var.name}-sender"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "sweeper_logs" {
  name              = "/aws/lambda/${var.name}-sweeper"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "drainer_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LambdaOnly"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
  description          = "secret-handoff: turns outboxes into audit events"
  name                 = "${var.name}-drainer"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role" "recipient_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LambdaOnly"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
  description          = "secret-handoff: what the holder of a link can do"
  name                 = "${var.name}-recipient"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role" "sealer_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LambdaOnly"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
  description          = "secret-handoff: seals the days of the trail"
  name                 = "${var.name}-sealer"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role" "sender_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LambdaOnly"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
  description          = "secret-handoff: creates handoffs for those who may send"
  name                 = "${var.name}-sender"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role" "sweeper_role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LambdaOnly"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
  description          = "secret-handoff: ends what is due"
  name                 = "${var.name}-sweeper"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "drainer_policy" {
  name = "service"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "FollowTheStream"
          Effect = "Allow"
          Action = [
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
          ]
          Resource = [aws_dynamodb_table.tables_handoffs.stream_arn]
        },
        {
          Sid      = "ReadOutboxes"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            "ForAllValues:StringNotEquals" = {
              "dynamodb:Attributes" = [
                "envelope",
                "header",
                "claimVerifier",
                "receiptVerifier",
                "emailVerifier",
                "claimHash",
                "codeHash",
                "lastAttempt",
              ]
            }
            StringEquals = {
              "dynamodb:Select" = "SPECIFIC_ATTRIBUTES"
            }
          }
        },
        {
          Sid      = "SettleHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:UpdateItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            StringEqualsIfExists = {
              "dynamodb:ReturnValues" = "NONE"
            }
          }
        },
        {
          Sid      = "StoreEvents"
          Effect   = "Allow"
          Action   = ["dynamodb:PutItem"]
          Resource = [aws_dynamodb_table.tables_audit.arn]
          Condition = {
            "ForAllValues:StringNotLike" = {
              "dynamodb:LeadingKeys" = ["seals", "leaves/*", "recipient/*"]
            }
          }
        },
        {
          Sid      = "PublishEvents"
          Effect   = "Allow"
          Action   = ["events:PutEvents"]
          Resource = [aws_cloudwatch_event_bus.events_bus.arn]
          Condition = {
            "ForAllValues:StringEquals" = {
              "events:source" = "secret-handoff"
            }
            "ForAllValues:StringNotEquals" = {
              "events:detail-type" = "day_sealed"
            }
          }
        },
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.drainer_logs.arn}:*"]
        },
      ],
      var.kms_key_arn != null ? [
        {
          Sid    = "UseTheTablesKey"
          Effect = "Allow"
          Action = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ]
          Resource = [var.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "dynamodb.*.amazonaws.com"
            }
          }
        },
      ] : [],
    )
  })
  role = aws_iam_role.drainer_role.name
}

resource "aws_iam_role_policy" "recipient_policy" {
  name = "service"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "OpenHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            "ForAllValues:StringLike" = {
              "dynamodb:LeadingKeys" = ["??????????????????????"]
            }
            "ForAllValues:StringNotLike" = {
              "dynamodb:LeadingKeys" = ["*/*"]
            }
          }
        },
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.recipient_logs.arn}:*"]
        },
      ],
      local.mails_with_ses ? [
        {
          Sid    = "MailLinks"
          Effect = "Allow"
          Action = ["ses:SendEmail"]
          Resource = compact([
            local.ses.identity_arn,
            "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:ses:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 3)}:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 4)}:identity/*",
            one(aws_sesv2_configuration_set.mail_configuration_set[*].arn),
          ])
          Condition = {
            StringEquals = {
              "ses:FromAddress" = var.mail_from
            }
          }
        },
      ] : [],
      var.kms_key_arn != null ? [
        {
          Sid    = "UseTheTablesKey"
          Effect = "Allow"
          Action = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ]
          Resource = [var.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "dynamodb.*.amazonaws.com"
            }
          }
        },
      ] : [],
    )
  })
  role = aws_iam_role.recipient_role.name
}

resource "aws_iam_role_policy" "sealer_policy" {
  name = "service"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadTheTrail"
          Effect   = "Allow"
          Action   = ["dynamodb:Query"]
          Resource = [aws_dynamodb_table.tables_audit.arn, "${aws_dynamodb_table.tables_audit.arn}/index/byDay"]
        },
        {
          Sid      = "AddSeals"
          Effect   = "Allow"
          Action   = ["dynamodb:PutItem"]
          Resource = [aws_dynamodb_table.tables_audit.arn]
          Condition = {
            "ForAllValues:StringLike" = {
              "dynamodb:LeadingKeys" = ["seals", "leaves/*"]
            }
          }
        },
        {
          Sid      = "SignSeals"
          Effect   = "Allow"
          Action   = ["kms:Sign"]
          Resource = [aws_kms_key.seals_key.arn]
          Condition = {
            StringEquals = {
              "kms:SigningAlgorithm" = "ECDSA_SHA_256"
            }
          }
        },
        {
          Sid      = "KnowTheKey"
          Effect   = "Allow"
          Action   = ["kms:DescribeKey", "kms:GetPublicKey"]
          Resource = [aws_kms_key.seals_key.arn]
        },
        {
          Sid      = "TellTheBus"
          Effect   = "Allow"
          Action   = ["events:PutEvents"]
          Resource = [aws_cloudwatch_event_bus.events_bus.arn]
          Condition = {
            "ForAllValues:StringEquals" = {
              "events:source"      = "secret-handoff"
              "events:detail-type" = "day_sealed"
            }
          }
        },
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.sealer_logs.arn}:*"]
        },
      ],
      local.archive != null ? [
        {
          Sid    = "ArchiveTheTrail"
          Effect = "Allow"
          Action = ["s3:GetObject", "s3:PutObject"]
          Resource = [
            "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:s3:::${local.archive.bucket_name}/trail/*",
          ]
        },
      ] : [],
      local.archive != null ? [
        {
          Sid    = "MissFiles"
          Effect = "Allow"
          Action = ["s3:ListBucket"]
          Resource = [
            "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:s3:::${local.archive.bucket_name}",
          ]
        },
      ] : [],
      try(local.archive.kms_key_arn, null) != null ? [
        {
          Sid      = "EncryptTheArchive"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [local.archive.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "s3.*.amazonaws.com"
            }
          }
        },
      ] : [],
      var.kms_key_arn != null ? [
        {
          Sid    = "UseTheTablesKey"
          Effect = "Allow"
          Action = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ]
          Resource = [var.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "dynamodb.*.amazonaws.com"
            }
          }
        },
      ] : [],
    )
  })
  role = aws_iam_role.sealer_role.name
}

resource "aws_iam_role_policy" "sender_policy" {
  name = "service"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            "ForAllValues:StringNotEquals" = {
              "dynamodb:Attributes" = [
                "envelope",
                "header",
                "claimVerifier",
                "receiptVerifier",
                "emailVerifier",
                "claimHash",
                "codeHash",
                "lastAttempt",
              ]
            }
            StringEquals = {
              "dynamodb:Select" = "SPECIFIC_ATTRIBUTES"
            }
          }
        },
        {
          Sid      = "ReadManyHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:BatchGetItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            "ForAllValues:StringNotEquals" = {
              "dynamodb:Attributes" = [
                "envelope",
                "header",
                "claimVerifier",
                "receiptVerifier",
                "emailVerifier",
                "claimHash",
                "codeHash",
                "lastAttempt",
              ]
            }
            StringEquals = {
              "dynamodb:Select" = "SPECIFIC_ATTRIBUTES"
            }
          }
        },
        {
          Sid    = "FindHandoffs"
          Effect = "Allow"
          Action = ["dynamodb:Query"]
          Resource = [
            "${aws_dynamodb_table.tables_handoffs.arn}/index/byOwner",
            "${aws_dynamodb_table.tables_handoffs.arn}/index/due",
          ]
        },
        {
          Sid      = "CreateHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:PutItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            StringEqualsIfExists = {
              "dynamodb:ReturnValues" = "NONE"
            }
          }
        },
        {
          Sid      = "EndHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:UpdateItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            StringEqualsIfExists = {
              "dynamodb:ReturnValues" = "NONE"
            }
          }
        },
        {
          Sid    = "FindEvents"
          Effect = "Allow"
          Action = ["dynamodb:Query"]
          Resource = [
            aws_dynamodb_table.tables_audit.arn,
            "${aws_dynamodb_table.tables_audit.arn}/index/byDay",
            "${aws_dynamodb_table.tables_audit.arn}/index/byRecipient",
            "${aws_dynamodb_table.tables_audit.arn}/index/bySecret",
            "${aws_dynamodb_table.tables_audit.arn}/index/byRequest",
            "${aws_dynamodb_table.tables_audit.arn}/index/byRepository",
            "${aws_dynamodb_table.tables_audit.arn}/index/byClass",
            "${aws_dynamodb_table.tables_audit.arn}/index/byType",
          ]
        },
        {
          Sid      = "ReadEvents"
          Effect   = "Allow"
          Action   = ["dynamodb:BatchGetItem"]
          Resource = [aws_dynamodb_table.tables_audit.arn]
        },
        {
          Sid      = "KeepRecipients"
          Effect   = "Allow"
          Action   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:UpdateItem"]
          Resource = [aws_dynamodb_table.tables_audit.arn]
          Condition = {
            "ForAllValues:StringLike" = {
              "dynamodb:LeadingKeys" = ["recipient/*"]
            }
          }
        },
        {
          Sid      = "NameRecipients"
          Effect   = "Allow"
          Action   = ["kms:GenerateMac"]
          Resource = [aws_kms_key.recipients_mac.arn]
        },
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.sender_logs.arn}:*"]
        },
      ],
      var.recipients == "named" ? [
        {
          Sid      = "KeepAddresses"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:Encrypt"]
          Resource = compact([one(aws_kms_key.recipients_address[*].arn)])
          Condition = {
            StringLike = {
              "kms:EncryptionContext:entry" = "recipient/*"
            }
          }
        },
      ] : [],
      var.kms_key_arn != null ? [
        {
          Sid    = "UseTheTablesKey"
          Effect = "Allow"
          Action = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ]
          Resource = [var.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "dynamodb.*.amazonaws.com"
            }
          }
        },
      ] : [],
    )
  })
  role = aws_iam_role.sender_role.name
}

resource "aws_iam_role_policy" "smtp_policy" {
  count = local.smtp != null ? 1 : 0
  name  = "smtp"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadSmtpCredentials"
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue"]
          Resource = [local.smtp.secret_arn]
        },
      ],
      local.smtp.kms_key_arn != null ? [
        {
          Sid      = "DecryptSmtpCredentials"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [local.smtp.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "secretsmanager.*.amazonaws.com"
            }
          }
        },
      ] : [],
    )
  })
  role = aws_iam_role.recipient_role.name
}

resource "aws_iam_role_policy" "sweeper_policy" {
  name = "service"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "FindWhatIsDue"
          Effect   = "Allow"
          Action   = ["dynamodb:Query"]
          Resource = ["${aws_dynamodb_table.tables_handoffs.arn}/index/due"]
        },
        {
          Sid      = "ReadManyHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:BatchGetItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            "ForAllValues:StringNotEquals" = {
              "dynamodb:Attributes" = [
                "envelope",
                "header",
                "claimVerifier",
                "receiptVerifier",
                "emailVerifier",
                "claimHash",
                "codeHash",
                "lastAttempt",
              ]
            }
            StringEquals = {
              "dynamodb:Select" = "SPECIFIC_ATTRIBUTES"
            }
          }
        },
        {
          Sid      = "ReadOutboxes"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            "ForAllValues:StringNotEquals" = {
              "dynamodb:Attributes" = [
                "envelope",
                "header",
                "claimVerifier",
                "receiptVerifier",
                "emailVerifier",
                "claimHash",
                "codeHash",
                "lastAttempt",
              ]
            }
            StringEquals = {
              "dynamodb:Select" = "SPECIFIC_ATTRIBUTES"
            }
          }
        },
        {
          Sid      = "SettleHandoffs"
          Effect   = "Allow"
          Action   = ["dynamodb:UpdateItem"]
          Resource = [aws_dynamodb_table.tables_handoffs.arn]
          Condition = {
            StringEqualsIfExists = {
              "dynamodb:ReturnValues" = "NONE"
            }
          }
        },
        {
          Sid      = "StoreEvents"
          Effect   = "Allow"
          Action   = ["dynamodb:PutItem"]
          Resource = [aws_dynamodb_table.tables_audit.arn]
          Condition = {
            "ForAllValues:StringNotLike" = {
              "dynamodb:LeadingKeys" = ["seals", "leaves/*", "recipient/*"]
            }
          }
        },
        {
          Sid      = "PublishEvents"
          Effect   = "Allow"
          Action   = ["events:PutEvents"]
          Resource = [aws_cloudwatch_event_bus.events_bus.arn]
          Condition = {
            "ForAllValues:StringEquals" = {
              "events:source" = "secret-handoff"
            }
            "ForAllValues:StringNotEquals" = {
              "events:detail-type" = "day_sealed"
            }
          }
        },
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.sweeper_logs.arn}:*"]
        },
      ],
      var.kms_key_arn != null ? [
        {
          Sid    = "UseTheTablesKey"
          Effect = "Allow"
          Action = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ]
          Resource = [var.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "dynamodb.*.amazonaws.com"
            }
          }
        },
      ] : [],
    )
  })
  role = aws_iam_role.sweeper_role.name
}

resource "aws_lambda_event_source_mapping" "stream_mapping" {
  batch_size                     = 100
  bisect_batch_on_function_error = true
  depends_on                     = [aws_iam_role_policy.drainer_policy]
  event_source_arn               = aws_dynamodb_table.tables_handoffs.stream_arn
  function_name                  = aws_lambda_function.drainer_function.function_name
  function_response_types        = ["ReportBatchItemFailures"]
  maximum_record_age_in_seconds  = 3600
  maximum_retry_attempts         = 5
  starting_position              = "TRIM_HORIZON"
  tags                           = var.tags

  filter_criteria {
    filter {
      pattern = jsonencode({
        eventName = ["INSERT", "MODIFY"]
      })
    }
  }
}

resource "aws_lambda_function" "drainer_function" {
  architectures                  = ["arm64"]
  depends_on                     = [aws_cloudwatch_log_group.drainer_logs]
  description                    = "secret-handoff: turns outboxes into audit events"
  filename                       = "${local.functions}/drainer.zip"
  function_name                  = "${var.name}-drainer"
  handler                        = "index.handler"
  memory_size                    = var.memory_size
  reserved_concurrent_executions = local.reserved_concurrency.drainer
  role                           = aws_iam_role.drainer_role.arn
  runtime                        = var.runtime
  source_code_hash               = fileexists("${local.functions}/drainer.zip") ? filebase64sha256("${local.functions}/drainer.zip") : null
  tags                           = var.tags
  timeout                        = 60

  environment {
    variables = {
      AUDIT_TABLE_NAME     = aws_dynamodb_table.tables_audit.name
      EVENT_BUS_NAME       = aws_cloudwatch_event_bus.events_bus.name
      EVENT_RETENTION_DAYS = var.event_retention_days
      TABLE_NAME           = aws_dynamodb_table.tables_handoffs.name
    }
  }

  logging_config {
    log_format       = "JSON"
    log_group        = aws_cloudwatch_log_group.drainer_logs.name
    system_log_level = "WARN"
  }
}

resource "aws_lambda_function" "recipient_function" {
  architectures                  = ["arm64"]
  depends_on                     = [aws_cloudwatch_log_group.recipient_logs]
  description                    = "secret-handoff: what the holder of a link can do"
  filename                       = "${local.functions}/recipient.zip"
  function_name                  = "${var.name}-recipient"
  handler                        = "index.handler"
  memory_size                    = var.memory_size
  reserved_concurrent_executions = local.reserved_concurrency.recipient
  role                           = aws_iam_role.recipient_role.arn
  runtime                        = var.runtime
  source_code_hash               = fileexists("${local.functions}/recipient.zip") ? filebase64sha256("${local.functions}/recipient.zip") : null
  tags                           = var.tags
  timeout                        = 15

  environment {
    variables = merge({
      ORIGIN     = coalesce(var.origin, aws_apigatewayv2_api.http_api.api_endpoint)
      TABLE_NAME = aws_dynamodb_table.tables_handoffs.name
    }, local.company != null ? { COMPANY = base64gzip(jsonencode({ for key, value in { name = local.company.name, logo = local.company.logo, accentColor = local.company.accent_color, accentColorDark = local.company.accent_color_dark, contact = local.company.contact, privacyUrl = local.company.privacy_url, imprintUrl = local.company.imprint_url } : key => value if value != null })) } : {}, local.mails_with_ses ? { MAIL_CONFIGURATION_SET = one(aws_sesv2_configuration_set.mail_configuration_set[*].configuration_set_name) } : {}, var.mail_from != null ? { MAIL_FROM = var.mail_from } : {}, var.run_by != null ? { RUN_BY = var.run_by } : {}, local.smtp != null ? { SMTP_SECRET_ARN = local.smtp.secret_arn } : {})
  }

  logging_config {
    log_format       = "JSON"
    log_group        = aws_cloudwatch_log_group.recipient_logs.name
    system_log_level = "WARN"
  }
}

resource "aws_lambda_function" "sealer_function" {
  architectures                  = ["arm64"]
  depends_on                     = [aws_cloudwatch_log_group.sealer_logs]
  description                    = "secret-handoff: seals the days of the trail"
  filename                       = "${local.functions}/sealer.zip"
  function_name                  = "${var.name}-sealer"
  handler                        = "index.handler"
  memory_size                    = var.memory_size
  reserved_concurrent_executions = local.reserved_concurrency.sealer
  role                           = aws_iam_role.sealer_role.arn
  runtime                        = var.runtime
  source_code_hash               = fileexists("${local.functions}/sealer.zip") ? filebase64sha256("${local.functions}/sealer.zip") : null
  tags                           = var.tags
  timeout                        = 900

  environment {
    variables = merge({
      AUDIT_TABLE_NAME     = aws_dynamodb_table.tables_audit.name
      EVENT_BUS_NAME       = aws_cloudwatch_event_bus.events_bus.name
      EVENT_RETENTION_DAYS = var.event_retention_days
      SEAL_KEY_ARN         = aws_kms_key.seals_key.arn
    }, local.archive != null ? { ARCHIVE_BUCKET = local.archive.bucket_name } : {})
  }

  logging_config {
    log_format       = "JSON"
    log_group        = aws_cloudwatch_log_group.sealer_logs.name
    system_log_level = "WARN"
  }
}

resource "aws_lambda_function" "sender_function" {
  architectures                  = ["arm64"]
  depends_on                     = [aws_cloudwatch_log_group.sender_logs]
  description                    = "secret-handoff: creates handoffs for those who may send"
  filename                       = "${local.functions}/sender.zip"
  function_name                  = "${var.name}-sender"
  handler                        = "index.handler"
  memory_size                    = var.memory_size
  reserved_concurrent_executions = local.reserved_concurrency.sender
  role                           = aws_iam_role.sender_role.arn
  runtime                        = var.runtime
  source_code_hash               = fileexists("${local.functions}/sender.zip") ? filebase64sha256("${local.functions}/sender.zip") : null
  tags                           = var.tags
  timeout                        = 25

  environment {
    variables = merge({
      AUDIT_TABLE_NAME     = aws_dynamodb_table.tables_audit.name
      CONFIG               = local.policy
      EVENT_RETENTION_DAYS = var.event_retention_days
      ORIGIN               = coalesce(var.origin, aws_apigatewayv2_api.http_api.api_endpoint)
      RECIPIENT_MAC_KEY_ID = aws_kms_key.recipients_mac.key_id
      TABLE_NAME           = aws_dynamodb_table.tables_handoffs.name
    }, var.recipients == "named" ? { RECIPIENT_ADDRESS_KEY_ID = one(aws_kms_key.recipients_address[*].key_id) } : {})
  }

  lifecycle {
    precondition {
      condition     = length(jsonencode(local.policy)) <= 3400
      error_message = "senders and classes take more than the 3400 bytes that Lambda leaves for them: name fewer, or split them over two services."
    }

    precondition {
      condition     = alltrue([for n in ["recipient", "sender", "drainer", "sweeper", "sealer"] : fileexists("${local.functions}/${n}.zip")])
      error_message = "The functions are missing. Take the module from the release's terraform-module.zip, which has them, or name their folder in functions."
    }

    precondition {
      condition     = alltrue([for c in local.classes : c.verification != "email-code"]) || (var.mail_from != null && (local.ses != null || local.smtp != null))
      error_message = "A class with verification email-code needs mail: mail_from, and ses or smtp."
    }

    precondition {
      condition     = local.ses == null || local.smtp == null
      error_message = "Codes are mailed through SES or through SMTP: give ses or smtp."
    }

    precondition {
      condition     = local.rotation != null || !(local.on_undelivered.rotate || local.on_reported.rotate || var.on_delivered != null)
      error_message = "A reaction rotates, and rotation names no secrets that it may rotate."
    }

    precondition {
      condition     = (var.mail_from != null) == (local.ses != null || local.smtp != null)
      error_message = "mail_from needs ses or smtp, which mail, and each of them needs mail_from, the only address that they mail from."
    }

    precondition {
      condition     = try(local.ses == null || length([for i in [lower(element(split("/", local.ses.identity_arn), 1))] : i if lower(var.mail_from) == i || endswith(replace(lower(var.mail_from), "/^.*@/", "."), ".${i}")]) > 0, true)
      error_message = "mail_from must be of ses.identity_arn: SES sends only from what it has verified."
    }

    precondition {
      condition     = var.jwks_url == null || var.issuer != "https://token.actions.githubusercontent.com"
      error_message = "jwks_url is set without issuer, so keys from elsewhere would verify github.com's tokens: set issuer, or leave jwks_url out."
    }

    precondition {
      condition     = !var.close_default_endpoint || var.origin != null
      error_message = "close_default_endpoint switches the only address off: set origin to the host that modules/domain leads to the service."
    }

    precondition {
      condition     = local.rotation == null || local.rotating
      error_message = "rotation is set, and nothing rotates: set rotate in on_undelivered or on_reported, or on_delivered, or leave it out."
    }

    precondition {
      condition     = length(local.missing_classes) == 0
      error_message = join(" ", local.missing_classes)
    }

    precondition {
      condition     = length(local.classes_without_approvers) == 0
      error_message = "${join(", ", local.classes_without_approvers)} could never be sent: its approvals need more people than the entries of operators and senders with may approve have. The same person never approves twice. Give each role to an entry of its own, or take it out of the class."
    }
  }

  logging_config {
    log_format       = "JSON"
    log_group        = aws_cloudwatch_log_group.sender_logs.name
    system_log_level = "WARN"
  }
}

resource "aws_lambda_function" "sweeper_function" {
  architectures                  = ["arm64"]
  depends_on                     = [aws_cloudwatch_log_group.sweeper_logs]
  description                    = "secret-handoff: ends what is due"
  filename                       = "${local.functions}/sweeper.zip"
  function_name                  = "${var.name}-sweeper"
  handler                        = "index.handler"
  memory_size                    = var.memory_size
  reserved_concurrent_executions = local.reserved_concurrency.sweeper
  role                           = aws_iam_role.sweeper_role.arn
  runtime                        = var.runtime
  source_code_hash               = fileexists("${local.functions}/sweeper.zip") ? filebase64sha256("${local.functions}/sweeper.zip") : null
  tags                           = var.tags
  timeout                        = 55

  environment {
    variables = {
      AUDIT_TABLE_NAME     = aws_dynamodb_table.tables_audit.name
      EVENT_BUS_NAME       = aws_cloudwatch_event_bus.events_bus.name
      EVENT_RETENTION_DAYS = var.event_retention_days
      TABLE_NAME           = aws_dynamodb_table.tables_handoffs.name
    }
  }

  logging_config {
    log_format       = "JSON"
    log_group        = aws_cloudwatch_log_group.sweeper_logs.name
    system_log_level = "WARN"
  }
}

resource "aws_lambda_invocation" "recipient_start_check" {
  count         = local.company != null ? 1 : 0
  depends_on    = [aws_iam_role_policy.recipient_policy]
  function_name = aws_lambda_function.recipient_function.function_name
  input = jsonencode({
    check = "start"
  })
  triggers = {
    code        = aws_lambda_function.recipient_function.source_code_hash
    environment = sha256(jsonencode(aws_lambda_function.recipient_function.environment[0].variables))
  }
}

resource "aws_lambda_invocation" "sender_start_check" {
  depends_on    = [aws_iam_role_policy.sender_policy]
  function_name = aws_lambda_function.sender_function.function_name
  input = jsonencode({
    check = "start"
  })
  triggers = {
    code        = aws_lambda_function.sender_function.source_code_hash
    environment = sha256(jsonencode(aws_lambda_function.sender_function.environment[0].variables))
  }
}

resource "aws_lambda_permission" "schedule_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.sweeper_function.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.schedule.arn
}

resource "aws_lambda_permission" "seal_schedule_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.sealer_function.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.seal_schedule.arn
}
