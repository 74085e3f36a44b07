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
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.host))
    error_message = "host must be a bare host name in lower case: no scheme, port or path."
  }
}

variable "hosted_zone_id" {
  type        = string
  description = "Route 53 zone of the host name."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Z0-9]{1,32}$", var.hosted_zone_id))
    error_message = "hosted_zone_id must be the ID of a zone, such as Z0123456789ABC."
  }
}

variable "certificate" {
  type        = object({ arn = string })
  description = "Its ACM certificate, in us-east-1. Without it, the module makes one and validates it through the zone."
  default     = null
  nullable    = true

  validation {
    condition     = (try(var.certificate.arn, null) == null || can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]*:\\d{12}:certificate/[\\w-]+$", var.certificate.arn)))
    error_message = "certificate.arn must be a whole ARN, arn:aws:acm:REGION:ACCOUNT:certificate/ID, without a wildcard."
  }
}

variable "api_endpoint" {
  type        = string
  description = "The service's output api_endpoint."
  nullable    = false

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.api_endpoint))
    error_message = "api_endpoint must read https://HOST."
  }
}

variable "requests_per_address" {
  type        = number
  description = "Requests that one address may make in five minutes, besides the senders' calls."
  default     = 500
  nullable    = false

  validation {
    condition     = try(var.requests_per_address >= 10 && var.requests_per_address <= 2000000000 && floor(var.requests_per_address) == var.requests_per_address, false)
    error_message = "requests_per_address is a whole number from 10 to 2000000000: AWS WAF accepts no other."
  }
}

variable "price_class" {
  type        = string
  description = "CloudFront's price class."
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that can have them."
  default     = {}
  nullable    = false
}
