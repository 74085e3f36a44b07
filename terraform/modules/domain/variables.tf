# Made from packages/cdktf by "npm run module". Change the construct, not this file.

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
  description = "Its ACM certificate, in the service's region. Without it, the module makes one and validates it through the zone."
  default     = null
  nullable    = true

  validation {
    condition     = (try(var.certificate.arn, null) == null || can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]*:\\d{12}:certificate/[\\w-]+$", var.certificate.arn)))
    error_message = "certificate.arn must be a whole ARN, arn:aws:acm:REGION:ACCOUNT:certificate/ID, without a wildcard."
  }
}

variable "api_id" {
  type        = string
  description = "The service's output api_id."
  nullable    = false
}

variable "stage_id" {
  type        = string
  description = "The service's output stage_id."
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that can have them."
  default     = {}
  nullable    = false
}
