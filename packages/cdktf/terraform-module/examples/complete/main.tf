terraform {
  required_version = ">= 1.5.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

# CloudFront looks for certificates and web ACLs here.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

variable "host" {
  type    = string
  default = "handoff.example.com"
}

variable "hosted_zone_id" {
  type    = string
  default = "Z0000000000000EXAMPLE"
}

variable "account_id" {
  type    = string
  default = "123456789012"
}

variable "edge" {
  description = "CloudFront and WAF in front."
  type        = bool
  default     = false
}

variable "smtp" {
  description = "Codes are mailed through an SMTP server, and not through SES."
  type        = bool
  default     = false
}

variable "runtime" {
  type    = string
  default = "nodejs24.x"
}

variable "functions" {
  description = "Folder with the functions' archives, where the module has none."
  type        = string
  default     = null
}

locals {
  workflows = {
    orders = {
      repository    = "orders"
      repository_id = "123456789"
      secret_names  = ["prod/orders/*", "prod/billing"]
      rotate        = "managed"
    }
    onboarding = {
      repository      = "onboarding"
      repository_id   = "234567891"
      secret_tags     = { "secret-handoff" = "yes" }
      parameter_names = ["/onboarding/*"]
      rotate          = "generate"
      # For steps that wait for their recipients.
      max_session_duration = 14400
    }
  }
}

resource "aws_sesv2_email_identity" "mail" {
  email_identity = "example.com"
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_kms_key" "tables" {
  description         = "secret-handoff: tables"
  enable_key_rotation = true
}

module "secret_handoff" {
  source = "../.."

  origin                 = "https://${var.host}"
  close_default_endpoint = !var.edge
  functions              = var.functions
  runtime                = var.runtime
  kms_key_arn            = aws_kms_key.tables.arn
  ses                    = var.smtp ? null : { identity_arn = aws_sesv2_email_identity.mail.arn }
  smtp                   = var.smtp ? { secret_arn = "arn:aws:secretsmanager:eu-west-1:${var.account_id}:secret:smtp-AbCdEf" } : null
  mail_from              = "handoff@example.com"

  senders = [
    for workflow in local.workflows :
    { repository_id = workflow.repository_id, environment = "production", may = ["send"] }
  ]
  operators = [
    # The same person never approves twice: each role goes to other people.
    { principal = "arn:aws:iam::${var.account_id}:role/security", roles = ["security"], may = ["audit", "revoke", "approve"] },
    { principal = "arn:aws:iam::${var.account_id}:role/managers", roles = ["manager"], may = ["approve"] },
    { principal = "arn:aws:iam::${var.account_id}:role/team-leads", roles = ["team lead"], may = ["approve"] },
  ]

  alarms         = { emails = ["security@example.com"] }
  events         = { log_retention_days = 365 }
  on_undelivered = { emails = ["orders@example.com"] }
  on_reported    = { emails = ["security@example.com"], rotate = true }
  on_delivered   = { rotate_after = 28800 }
  rotation = {
    secrets = [
      { arn = "arn:aws:secretsmanager:eu-west-1:${var.account_id}:secret:prod/orders/api-AbCdEf", repository_ids = ["123456789"] },
    ]
  }
  on_rotated = {
    secret_names   = ["prod/orders/*", "prod/billing"]
    repository     = "example/orders"
    connection_arn = "arn:aws:events:eu-west-1:${var.account_id}:connection/github/3c1b2a4d-5e6f-4a5f-8f9e-5f2c8f9e6a5f"
  }
  tags = { team = "platform" }
}

module "domain" {
  source = "../../modules/domain"
  count  = var.edge ? 0 : 1

  host           = var.host
  hosted_zone_id = var.hosted_zone_id
  api_id         = module.secret_handoff.api_id
  stage_id       = module.secret_handoff.stage_id
}

module "edge" {
  source    = "../../modules/edge"
  count     = var.edge ? 1 : 0
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  host           = var.host
  hosted_zone_id = var.hosted_zone_id
  api_endpoint   = module.secret_handoff.api_endpoint
}

module "workflow" {
  source   = "../../modules/github"
  for_each = local.workflows

  name                       = "secret-handoff-${each.key}"
  oidc_provider_arn          = aws_iam_openid_connect_provider.github.arn
  owner                      = "example"
  owner_id                   = "987654"
  repository                 = each.value.repository
  repository_id              = each.value.repository_id
  environment                = "production"
  secret_names               = try(each.value.secret_names, [])
  secret_tags                = try(each.value.secret_tags, {})
  parameter_names            = try(each.value.parameter_names, [])
  rotate                     = each.value.rotate
  max_session_duration       = try(each.value.max_session_duration, 3600)
  mail_identity_arn          = var.smtp ? null : aws_sesv2_email_identity.mail.arn
  mail_configuration_set_arn = module.secret_handoff.mail_configuration_set_arn
  mail_from                  = "handoff@example.com"
}

output "endpoint" {
  value = module.secret_handoff.endpoint
}

output "role_arns" {
  value = { for key, workflow in module.workflow : key => workflow.role_arn }
}
