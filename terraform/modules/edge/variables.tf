# Made from packages/cdktf by "npm run module". Change the construct, not this file.

variable "name" {
  type        = string
  description = "Begins the name of everything: 1 to 40 of a-z, 0-9 and hyphens."
  default     = "secret-handoff"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "name must be 1 to 40 of a-z, 0-9 and hyphens."
  }
}

variable "host" {
  type        = string
  description = "The service's host name."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9-]+([.][a-z0-9-]+)+$", var.host))
    error_message = "host must be a bare host name in lower case: no scheme, port or path."
  }
}

variable "hosted_zone_id" {
  type        = string
  description = "Route 53 zone of the host name."
  nullable    = false
}

variable "certificate" {
  type        = object({ arn = string })
  description = "Its ACM certificate, in us-east-1. Without it, the module makes one and validates it through the zone."
  default     = null
  nullable    = true
}

variable "api_endpoint" {
  type        = string
  description = "The service's output api_endpoint."
  nullable    = false
}

variable "requests_per_address" {
  type        = number
  description = "Requests that one address may make in five minutes, besides the senders' calls."
  default     = 500
  nullable    = false

  validation {
    condition     = var.requests_per_address >= 10
    error_message = "AWS WAF accepts 10 at least."
  }
}

variable "price_class" {
  type        = string
  description = "CloudFront's price class."
  default     = "PriceClass_100"
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that can have them."
  default     = {}
  nullable    = false
}
