# Made from packages/cdktf by "npm run module". Change the construct, not this file.

variable "name" {
  type        = string
  description = "Begins the name of everything: 1 to 40 of a-z, 0-9 and hyphens."
  default     = "secret-handoff-github"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "name must be 1 to 40 of a-z, 0-9 and hyphens."
  }
}

variable "oidc_provider_arn" {
  type        = string
  description = "ARN of the account's OIDC provider for GitHub."
  nullable    = false

  validation {
    condition     = (var.oidc_provider_arn == null || can(regex("^arn:aws[a-z-]*:iam:[a-z0-9-]*:\\d{12}:oidc-provider/[\\w./-]+$", var.oidc_provider_arn)))
    error_message = "oidc_provider_arn must be a whole ARN, arn:aws:iam::ACCOUNT:oidc-provider/HOST, without a wildcard."
  }
}

variable "owner" {
  type        = string
  description = "Owner of the repository."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][\\w-]{0,38}$", var.owner))
    error_message = "owner must be written out, as GitHub writes it: a wildcard would admit strangers."
  }
}

variable "repository" {
  type        = string
  description = "Name of the repository, without its owner."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,100}$", var.repository))
    error_message = "repository must be written out, without its owner: a wildcard would admit repositories that are not yours."
  }
}

variable "owner_id" {
  type        = string
  description = "GitHub's number of the owner (gh api repos/OWNER/NAME --jq .owner.id)."
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]{0,18}$", var.owner_id))
    error_message = "owner_id must be GitHub's number: names can be given to somebody else, numbers cannot."
  }
}

variable "repository_id" {
  type        = string
  description = "GitHub's number of the repository (gh api repos/OWNER/NAME --jq .id)."
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]{0,18}$", var.repository_id))
    error_message = "repository_id must be GitHub's number: names can be given to somebody else, numbers cannot."
  }
}

variable "environment" {
  type        = string
  description = "The job's GitHub environment."
  nullable    = false

  validation {
    condition     = !can(regex("^$|[*?:]|^\\s|\\s$", var.environment))
    error_message = "environment must be written out, without a wildcard, a colon, or white space around it: else jobs that no environment's rules protect would be admitted."
  }
}

variable "workflow" {
  type        = string
  description = "The workflow file that defines the job, owner/name/.github/workflows/file.yml@ref. Without it, any of the repository."
  default     = null
  nullable    = true

  validation {
    condition     = var.workflow == null || can(regex("^[^/*?]+/[^/*?]+/[.]github/workflows/[^*?]+[.]ya?ml@[^*?]+$", var.workflow))
    error_message = "workflow must read owner/name/.github/workflows/file.yml@ref, without a wildcard."
  }
}

variable "issuer" {
  type        = string
  description = "Issuer of the jobs' tokens. Of another than github.com's, AWS compares the subject alone: protect the environment."
  default     = "https://token.actions.githubusercontent.com"
  nullable    = false

  validation {
    condition     = can(regex("^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$", var.issuer)) && !can(regex("[*]", var.issuer))
    error_message = "issuer must be an https URL without a trailing slash."
  }
}

variable "secret_names" {
  type        = list(string)
  description = "Names of the secrets that the role may read; a trailing /* takes all below a path."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for n in var.secret_names : can(regex("^[\\w+=.@-]+(?:/[\\w+=.@-]+)*(?:/[*])?$", n))])
    error_message = "Name each secret whole, or a path that ends with /*."
  }
}

variable "secret_tags" {
  type        = map(string)
  description = "Lets the role read every secret that has all of these tags."
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.secret_tags : alltrue([for text in [key, value] : can(regex("^[^*?\\s]([^*?]*[^*?\\s])?$", text))])])
    error_message = "secret_tags has a key and a value for each tag, written out: neither is empty, has white space around it, or has a wildcard."
  }
}

variable "parameter_names" {
  type        = list(string)
  description = "Names of Systems Manager parameters to read; a trailing /* takes all below a path."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for n in var.parameter_names : can(regex("^/?[\\w.-]+(?:/[\\w.-]+)*(?:/[*])?$", n))])
    error_message = "Name each parameter whole, or a path that ends with /*."
  }
}

variable "passphrase_path" {
  type        = string
  description = "Path of Parameter Store under which the role may put generated passphrases, and delete them: the action's passphrase-path. Without it, none."
  default     = null
  nullable    = true

  validation {
    condition     = (var.passphrase_path == null || can(regex("^(?:/[\\w.-]+){1,10}$", var.passphrase_path)))
    error_message = "passphrase_path must be a path like /secret-handoff/passphrases, without a slash at its end."
  }
}

variable "assume_role_arns" {
  type        = list(string)
  description = "Roles to assume, for the action's source: sts. Each must trust this role."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for each in var.assume_role_arns : can(regex("^arn:aws[a-z-]*:iam:[a-z0-9-]*:\\d{12}:role/[\\w+=,.@/-]+$", each))])
    error_message = "Each of assume_role_arns must be a whole ARN, arn:aws:iam::ACCOUNT:role/NAME, without a wildcard."
  }
}

variable "rotate" {
  type        = string
  description = "managed starts the rotation that a secret has; generate writes a new value. Without it, the role only reads."
  default     = null
  nullable    = true

  validation {
    condition     = var.rotate == null || contains(["managed", "generate"], coalesce(var.rotate, "none"))
    error_message = "rotate is managed or generate."
  }
}

variable "rotation_function_arns" {
  type        = list(string)
  description = "Your rotation functions, with rotate = managed: who rotates a secret must be able to invoke them."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for each in var.rotation_function_arns : can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\\d{12}:function:[\\w-]+$", each))])
    error_message = "Each of rotation_function_arns must be a whole ARN, arn:aws:lambda:REGION:ACCOUNT:function:NAME, without a wildcard."
  }
}

variable "list_secrets" {
  type        = bool
  description = "Lets the role list the account's secrets, for prefix* in the action's secret-ids."
  default     = false
  nullable    = false
}

variable "kms_key_arns" {
  type        = list(string)
  description = "The keys that encrypt those secrets and parameters, unless they are AWS's own."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for each in var.kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]*:\\d{12}:key/[\\w-]+$", each))])
    error_message = "Each of kms_key_arns must be a whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID, without a wildcard."
  }
}

variable "mail_identity_arn" {
  type        = string
  description = "The SES identity that links are mailed from. Without it, the role mails nothing."
  default     = null
  nullable    = true

  validation {
    condition     = (var.mail_identity_arn == null || can(regex("^arn:aws[a-z-]*:ses:[a-z0-9-]*:\\d{12}:identity/[^*?\\s]+$", var.mail_identity_arn)))
    error_message = "mail_identity_arn must be a whole ARN, arn:aws:ses:REGION:ACCOUNT:identity/NAME, without a wildcard."
  }
}

variable "mail_configuration_set_arn" {
  type        = string
  description = "The service's output mail_configuration_set_arn."
  default     = null
  nullable    = true

  validation {
    condition     = (var.mail_configuration_set_arn == null || can(regex("^arn:aws[a-z-]*:ses:[a-z0-9-]*:\\d{12}:configuration-set/[\\w-]+$", var.mail_configuration_set_arn)))
    error_message = "mail_configuration_set_arn must be a whole ARN, arn:aws:ses:REGION:ACCOUNT:configuration-set/NAME, without a wildcard."
  }
}

variable "mail_from" {
  type        = string
  description = "The sender's address, in that identity. Without it, the role mails nothing."
  default     = null
  nullable    = true

  validation {
    condition     = (var.mail_from == null || can(regex("^[^\\s@<>\",;]+@[^\\s@<>\",;]+\\.[^\\s@<>\",;]+$", var.mail_from)))
    error_message = "mail_from must be a bare e-mail address, such as handoff@example.com."
  }
}

variable "max_session_duration" {
  type        = number
  description = "Seconds that the role's credentials may last: as long as a step awaits its recipients."
  default     = 3600
  nullable    = false

  validation {
    condition     = try(var.max_session_duration >= 3600 && var.max_session_duration <= 43200 && floor(var.max_session_duration) == var.max_session_duration, false)
    error_message = "max_session_duration is in seconds, from 3600 to 43200."
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
