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

variable "runtime" {
  type    = string
  default = "nodejs24.x"
}

variable "functions" {
  description = "Folder with the functions' archives, where the module has none."
  type        = string
  default     = null
}

resource "aws_sesv2_email_identity" "mail" {
  email_identity = "example.com"
}

# An account has one for each issuer: where it exists, use its ARN instead.
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

module "secret_handoff" {
  source = "../.."

  functions = var.functions
  runtime   = var.runtime
  ses       = { identity_arn = aws_sesv2_email_identity.mail.arn }
  mail_from = "handoff@example.com"
  senders = [
    { repository_id = "123456789", environment = "production", may = ["send"] },
  ]
  alarms = { emails = ["security@example.com"] }
}

module "workflow" {
  source = "../../modules/github"

  oidc_provider_arn          = aws_iam_openid_connect_provider.github.arn
  owner                      = "example"
  owner_id                   = "987654"
  repository                 = "orders"
  repository_id              = "123456789"
  environment                = "production"
  secret_names               = ["prod/orders/*"]
  mail_identity_arn          = aws_sesv2_email_identity.mail.arn
  mail_configuration_set_arn = module.secret_handoff.mail_configuration_set_arn
  mail_from                  = "handoff@example.com"
}

output "endpoint" {
  value = module.secret_handoff.endpoint
}

output "configuration_set" {
  value = module.secret_handoff.mail_configuration_set
}

output "role_arn" {
  value = module.workflow.role_arn
}
