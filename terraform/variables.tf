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

variable "origin" {
  type        = string
  description = "Public origin, https://HOST, when modules/domain or modules/edge lead to the service. It becomes part of every link. Without it, the API's own address."
  default     = null
  nullable    = true

  validation {
    condition     = var.origin == null || can(regex("^https://[a-z0-9.-]+$", var.origin))
    error_message = "origin must read https://HOST in lower case, without a path or a trailing slash."
  }
}

variable "close_default_endpoint" {
  type        = bool
  description = "True switches the API's own address off: with modules/domain, not with modules/edge."
  default     = false
  nullable    = false
}

variable "senders" {
  type        = list(object({ repository_id = optional(string), repository = optional(string), owner_id = optional(string), environment = optional(string), workflow = optional(string), ref = optional(string), events = optional(list(string)), issuer = optional(string), claims = optional(map(string)), classes = optional(list(string)), roles = optional(list(string)), may = list(string) }))
  description = "Who may send, revoke and audit; an empty list refuses everyone. Each has repository_id (or repository) and may; and environment, workflow, ref, events, classes where those must match. For pipelines that are not GitHub's it has issuer and claims instead."
  nullable    = false

  validation {
    condition     = alltrue([for s in var.senders : (s.repository_id != null || s.repository != null || s.owner_id != null || s.issuer != null) && length(s.may) > 0 && !can(regex("[*?]", jsonencode(s))) && !(contains(s.may, "erase") && s.classes != null)])
    error_message = "Each sender needs repository_id (or repository) and may, and no wildcard: without a repository every one on GitHub would match. Erasing covers every class: with erase there are no classes."
  }
}

variable "operators" {
  type        = list(object({ principal = string, classes = optional(list(string)), roles = optional(list(string)), may = list(string) }))
  description = "The IAM roles and users that may call the service. Each has principal (an ARN) and may; and classes, roles where wanted."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for o in var.operators : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[^*?]+$", o.principal)) && length(o.may) > 0 && !(contains(o.may, "erase") && o.classes != null)])
    error_message = "Each operator needs principal, the ARN of an IAM role or user without a wildcard, and may. Erasing covers every class: with erase there are no classes."
  }
}

variable "classes" {
  type        = list(object({ name = string, expires_within = number, passphrase = string, approvals = list(string), verification = string, environments = optional(list(string)), reason_required = optional(bool), recipient_domains = optional(list(string)), receipt_required = optional(bool), reviewer_required = optional(bool), rerun_asks_anew = optional(bool) }))
  description = "The credential classes. Each has name, expires_within (seconds), passphrase, approvals, verification; and environments, reason_required, recipient_domains, receipt_required, reviewer_required, rerun_asks_anew where wanted."
  default = [
    {
      name           = "production-admin"
      expires_within = 3600
      passphrase     = "required"
      approvals      = ["security", "manager"]
      verification   = "email-code"
    },
    {
      name           = "database-access"
      expires_within = 14400
      passphrase     = "required"
      approvals      = ["manager"]
      verification   = "email"
    },
    {
      name           = "api-key"
      expires_within = 86400
      passphrase     = "recommended"
      approvals      = ["team lead"]
      verification   = "email"
    },
    {
      name           = "third-party-service"
      expires_within = 86400
      passphrase     = "recommended"
      approvals      = []
      verification   = "email"
    },
    {
      name           = "internal-tool"
      expires_within = 259200
      passphrase     = "optional"
      approvals      = []
      verification   = "email"
    },
  ]
  nullable = false

  validation {
    condition     = length(var.classes) > 0 && alltrue([for c in var.classes : c.expires_within >= 60])
    error_message = "At least one class is needed, and each needs expires_within: whole seconds, at least 60."
  }
}

variable "issuer" {
  type        = string
  description = "Issuer of the workflows' tokens; https://HOST/_services/token on GitHub Enterprise Server."
  default     = "https://token.actions.githubusercontent.com"
  nullable    = false

  validation {
    condition     = can(regex("^https://.*[^/]$", var.issuer))
    error_message = "issuer must be an https URL without a trailing slash."
  }
}

variable "issuers" {
  type        = list(object({ issuer = string, jwks_url = string, claims = optional(map(string)) }))
  description = "Issuers of OIDC tokens beside GitHub's, such as a GitLab. Each has issuer and jwks_url; and claims (owner, name, run, actor, environment), where its claims have other names than GitLab's."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for i in var.issuers : can(regex("^https://", i.issuer)) && can(regex("^https://", i.jwks_url))])
    error_message = "Each issuer needs issuer and jwks_url, both https URLs."
  }
}

variable "jwks_url" {
  type        = string
  description = "The issuer's key set, where it is elsewhere."
  default     = null
  nullable    = true
}

variable "github_api_url" {
  type        = string
  description = "REST API of the issuer's GitHub, where it is elsewhere than GitHub puts it."
  default     = null
  nullable    = true
}

variable "approval_lifetime" {
  type        = number
  description = "Seconds that an approval is worth; a day by default."
  default     = 86400
  nullable    = false

  validation {
    condition     = var.approval_lifetime >= 60 && floor(var.approval_lifetime) == var.approval_lifetime
    error_message = "approval_lifetime must be whole seconds, at least 60."
  }
}

variable "mail_from" {
  type        = string
  description = "The address that codes are mailed from. It needs ses or smtp."
  default     = null
  nullable    = true

  validation {
    condition     = var.mail_from == null || can(regex("^[^@ ]+@[^@ ]+$", var.mail_from))
    error_message = "mail_from must be an address."
  }
}

variable "ses" {
  type        = object({ identity_arn = string, tls_policy = optional(string, "REQUIRE") })
  description = "Mails codes through SES, from this identity. tls_policy REQUIRE bounces mail that would travel in the clear; or OPTIONAL."
  default     = null
  nullable    = true

  validation {
    condition     = (try(var.ses.identity_arn, null) == null || can(regex("^arn:aws[a-z-]*:ses:[a-z0-9-]*:\\d{12}:identity/[^*?\\s]+$", var.ses.identity_arn)))
    error_message = "ses.identity_arn must be a whole ARN, arn:aws:ses:REGION:ACCOUNT:identity/NAME, without a wildcard."
  }
}

variable "smtp" {
  type        = object({ secret_arn = string, kms_key_arn = optional(string) })
  description = "Mails codes through an SMTP server instead: a secret with JSON { host, port, user, password }, and its key, unless that is aws/secretsmanager."
  default     = null
  nullable    = true

  validation {
    condition     = (try(var.smtp.secret_arn, null) == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:\\d{12}:secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}$", var.smtp.secret_arn))) && (try(var.smtp.kms_key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]*:\\d{12}:key/[\\w-]+$", var.smtp.kms_key_arn)))
    error_message = "smtp.secret_arn must be a whole ARN, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX, without a wildcard, and smtp.kms_key_arn the ARN of its key."
  }
}

variable "functions" {
  type        = string
  description = "Folder with recipient.zip, sender.zip, drainer.zip, sweeper.zip and sealer.zip of the same release. The module of a release has them."
  default     = null
  nullable    = true
}

variable "runtime" {
  type        = string
  description = "Lambda runtime of the functions."
  default     = "nodejs24.x"
  nullable    = false
}

variable "memory_size" {
  type        = number
  description = "Memory of each function, MB."
  default     = 512
  nullable    = false
}

variable "log_retention_days" {
  type        = number
  description = "Days to keep the logs of the functions and of the API."
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch offers a retention of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 days."
  }
}

variable "event_retention_days" {
  type        = number
  description = "Days to keep an audit event in the audit table."
  default     = 400
  nullable    = false

  validation {
    condition     = var.event_retention_days >= 1 && var.event_retention_days <= 3650 && floor(var.event_retention_days) == var.event_retention_days
    error_message = "event_retention_days must be a whole number of days from 1 to 3650."
  }
}

variable "recipients" {
  type        = string
  description = "named keeps recipients' addresses, encrypted, so that the trail answers who received what; unnamed keeps none."
  default     = "named"
  nullable    = false

  validation {
    condition     = contains(["named", "unnamed"], var.recipients)
    error_message = "recipients is named or unnamed."
  }
}

variable "archive" {
  type        = object({ bucket_name = string, kms_key_arn = optional(string) })
  description = "Writes event lines and seals to a bucket of yours too, with Object Lock where it has that; and the bucket's key, where it is one of yours."
  default     = null
  nullable    = true

  validation {
    condition     = (var.archive == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.archive.bucket_name))) && (try(var.archive.kms_key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]*:\\d{12}:key/[\\w-]+$", var.archive.kms_key_arn)))
    error_message = "archive.bucket_name must be the name of an S3 bucket, and archive.kms_key_arn the whole ARN of its key."
  }
}

variable "company" {
  type        = object({ name = string, logo = optional(string), accent_color = optional(string), accent_color_dark = optional(string), contact = optional(string), privacy_url = optional(string), imprint_url = optional(string) })
  description = "The company that recipients know the senders by: name; and logo (the text of an SVG file, shapes only), accent_color and accent_color_dark (#rrggbb), contact, privacy_url, imprint_url. The deployment fails where one cannot be used, and says why."
  default     = null
  nullable    = true

  validation {
    condition     = var.company == null ? true : can(regex("^[^\\p{Cc}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]{1,60}$", var.company.name)) && length(coalesce(var.company.logo, "-")) <= 65536 && alltrue([for c in [var.company.accent_color, var.company.accent_color_dark] : c == null || can(regex("^#[0-9a-f]{6}$", c))]) && alltrue([for u in [var.company.privacy_url, var.company.imprint_url] : u == null || can(regex("^https://", u))])
    error_message = "company needs a name of one line; a logo is the text of an SVG file, a colour reads #rrggbb in lower case, and a URL begins with https."
  }
}

variable "run_by" {
  type        = string
  description = "Who runs the service, as recipients know them; the front page says so."
  default     = null
  nullable    = true

  validation {
    condition     = var.run_by == null || can(regex("^[^\\p{Cc}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]{1,100}$", var.run_by))
    error_message = "run_by must be one line of 1 to 100 characters."
  }
}

variable "throttle_page" {
  type        = object({ rate = number, burst = number })
  description = "Requests a second, and at once, to GET /h/*."
  default = {
    rate  = 50
    burst = 100
  }
  nullable = false
}

variable "throttle_recipient" {
  type        = object({ rate = number, burst = number })
  description = "Requests a second, and at once, to POST /v1/handoffs/*."
  default = {
    rate  = 50
    burst = 100
  }
  nullable = false
}

variable "throttle_sender" {
  type        = object({ rate = number, burst = number })
  description = "Requests a second, and at once, to /v1/sender/*."
  default = {
    rate  = 20
    burst = 100
  }
  nullable = false
}

variable "throttle_operators" {
  type        = object({ rate = number, burst = number })
  description = "Requests a second, and at once, to /iam/v1/sender/*."
  default = {
    rate  = 5
    burst = 20
  }
  nullable = false
}

variable "protect_handoffs" {
  type        = bool
  description = "Deletion protection of the one-time table."
  default     = true
  nullable    = false
}

variable "protect_audit" {
  type        = bool
  description = "Deletion protection of the audit table."
  default     = true
  nullable    = false
}

variable "reserved_concurrency" {
  type        = object({ recipient = optional(number), sender = optional(number), drainer = optional(number), sweeper = optional(number), sealer = optional(number) })
  description = "Concurrent executions to reserve for each function. A new account has 10 in all, of which none can be reserved."
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of a customer managed key for the tables. Without it, the key that DynamoDB owns."
  default     = null
  nullable    = true

  validation {
    condition     = (var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]*:\\d{12}:key/[\\w-]+$", var.kms_key_arn)))
    error_message = "kms_key_arn must be a whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID, without a wildcard."
  }
}

variable "alarms" {
  type        = object({ topic = optional(object({ arn = string })), emails = optional(list(string), []) })
  description = "Who is notified of alarms, and of locked and reported handoffs: a topic of yours, or addresses."
  default     = {}
  nullable    = false

  validation {
    condition     = (try(var.alarms.topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", var.alarms.topic.arn)))
    error_message = "alarms.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard."
  }
}

variable "events" {
  type        = object({ topic = optional(object({ arn = string })), log_retention_days = optional(number), bus = optional(object({ arn = string })) })
  description = "Where audit events go besides the audit table: a topic, a new log group, another bus."
  default     = {}
  nullable    = false

  validation {
    condition     = (try(var.events.topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", var.events.topic.arn))) && (try(var.events.bus.arn, null) == null || can(regex("^arn:aws[a-z-]*:events:[a-z0-9-]*:\\d{12}:event-bus/[\\w./-]+$", var.events.bus.arn)))
    error_message = "events.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard; events.bus.arn must be a whole ARN, arn:aws:events:REGION:ACCOUNT:event-bus/NAME, without a wildcard."
  }
}

variable "on_undelivered" {
  type        = object({ topic = optional(object({ arn = string })), emails = optional(list(string), []), rotate = optional(bool, false) })
  description = "What follows when a handoff expired unread, was locked, was never confirmed, or its mail bounced."
  default     = {}
  nullable    = false

  validation {
    condition     = (try(var.on_undelivered.topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", var.on_undelivered.topic.arn)))
    error_message = "on_undelivered.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard."
  }
}

variable "on_reported" {
  type        = object({ topic = optional(object({ arn = string })), emails = optional(list(string), []), rotate = optional(bool, false) })
  description = "What follows when the recipient reports a handoff as not theirs."
  default     = {}
  nullable    = false

  validation {
    condition     = (try(var.on_reported.topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", var.on_reported.topic.arn)))
    error_message = "on_reported.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard."
  }
}

variable "on_delivered" {
  type        = object({ rotate_after = number })
  description = "Rotates the secret so many seconds after it was delivered."
  default     = null
  nullable    = true

  validation {
    condition     = var.on_delivered == null || try(var.on_delivered.rotate_after >= 1 && var.on_delivered.rotate_after <= 2592000, false)
    error_message = "rotate_after is in seconds, from 1 to 2592000 (30 days)."
  }
}

variable "rotation" {
  type        = object({ secrets = list(object({ arn = string, repository_ids = list(string), operators = optional(bool, false) })), limit_per_day = optional(number, 3), function_arns = optional(list(string), []) })
  description = "What the service may rotate: whole ARNs of secrets that have a rotation, and the numbers of the repositories whose handoffs rotate them."
  default     = null
  nullable    = true

  validation {
    condition     = (var.rotation == null || try(length(var.rotation.secrets) > 0 && alltrue([for s in var.rotation.secrets : (s.arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:\\d{12}:secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}$", s.arn))) && (s.operators || length(s.repository_ids) > 0)]), false)) && alltrue([for each in try(var.rotation.function_arns, []) : (each == null || can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\\d{12}:function:[\\w-]+$", each)))])
    error_message = "rotation.secrets needs whole ARNs, with the six characters that Secrets Manager adds, each with repository_ids or operators; rotation.function_arns whole ARNs of functions."
  }
}

variable "on_rotated" {
  type        = object({ secret_names = list(string), repository = string, connection_arn = string, event_type = optional(string, "secret-label-updated"), api_url = optional(string, "https://api.github.com") })
  description = "Starts a workflow (repository_dispatch) when one of these secrets has a new current version."
  default     = null
  nullable    = true

  validation {
    condition     = (var.on_rotated == null || try(length(var.on_rotated.secret_names) > 0 && can(regex("^[^/ ]+/[^/ ]+$", var.on_rotated.repository)), false)) && (try(var.on_rotated.connection_arn, null) == null || can(regex("^arn:aws[a-z-]*:events:[a-z0-9-]*:\\d{12}:connection/[\\w.-]+/[0-9a-f-]+$", var.on_rotated.connection_arn)))
    error_message = "on_rotated needs secret_names, repository as owner/name, and connection_arn, the whole ARN of an EventBridge connection."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of the permissions boundary of every role."
  default     = null
  nullable    = true

  validation {
    condition     = (var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam:[a-z0-9-]*:\\d{12}:policy/[\\w+=,.@/-]+$", var.permissions_boundary_arn)))
    error_message = "permissions_boundary_arn must be a whole ARN, arn:aws:iam::ACCOUNT:policy/NAME, without a wildcard."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that can have them."
  default     = {}
  nullable    = false
}
