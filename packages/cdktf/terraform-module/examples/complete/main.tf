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

variable "certificate_arn" {
  description = "Of the host: in eu-west-1, or in us-east-1 with edge."
  type        = string
  default     = "arn:aws:acm:eu-west-1:123456789012:certificate/5f2c8f9e-6a5f-4e9f-8f7d-3c1b2a4d5e6f"
}

variable "edge" {
  description = "CloudFront and WAF in front."
  type        = bool
  default     = false
}

variable "runtime" {
  type    = string
  default = "nodejs24.x"
}

resource "aws_sesv2_email_identity" "mail" {
  email_identity = "example.com"
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

module "secret_handoff" {
  source = "../.."

  origin                 = "https://${var.host}"
  close_default_endpoint = !var.edge
  runtime                = var.runtime
  mail_identity_arn      = aws_sesv2_email_identity.mail.arn
  mail_from              = "handoff@example.com"
  senders = [
    { repository_id = "123456789", environment = "production", may = ["send", "revoke"] },
  ]
  tags = { team = "platform" }
}

module "domain" {
  source = "../../modules/domain"
  count  = var.edge ? 0 : 1

  host            = var.host
  hosted_zone_id  = var.hosted_zone_id
  certificate_arn = var.certificate_arn
  api_id          = module.secret_handoff.api_id
  stage_id        = module.secret_handoff.stage_id
}

module "edge" {
  source    = "../../modules/edge"
  count     = var.edge ? 1 : 0
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  host            = var.host
  hosted_zone_id  = var.hosted_zone_id
  certificate_arn = var.certificate_arn
  api_endpoint    = module.secret_handoff.api_endpoint
}

module "orders_workflow" {
  source = "../../modules/github"

  name                       = "secret-handoff-orders"
  oidc_provider_arn          = aws_iam_openid_connect_provider.github.arn
  owner                      = "example"
  owner_id                   = "987654"
  repository                 = "orders"
  repository_id              = "123456789"
  environment                = "production"
  secret_names               = ["prod/orders/*", "prod/billing"]
  rotate                     = true
  mail_identity_arn          = aws_sesv2_email_identity.mail.arn
  mail_configuration_set_arn = module.secret_handoff.mail_configuration_set_arn
  mail_from                  = "handoff@example.com"
}

resource "aws_sns_topic_subscription" "alarms" {
  topic_arn = module.secret_handoff.alarm_topic_arn
  protocol  = "email"
  endpoint  = "security@example.com"
}

output "endpoint" {
  value = module.secret_handoff.endpoint
}

output "role_arn" {
  value = module.orders_workflow.role_arn
}
