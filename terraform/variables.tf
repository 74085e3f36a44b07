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
  type        = any
  description = "Who may send, revoke and audit; an empty list refuses everyone. Each has repository_id (or repository) and may; and environment, workflow, ref, events, classes where those must match. For pipelines that are not GitHub's it has issuer and claims instead. Its shape: [{ repository_id?, repository?, owner_id?, environment?, workflow?, ref?, events?, issuer?, claims?, classes?, roles?, may }]."
  nullable    = false

  validation {
    condition     = can(flatten(var.senders)) && can([for item in var.senders : keys(item)])
    error_message = "senders must be a list of objects: [{ repository_id?, repository?, owner_id?, environment?, workflow?, ref?, events?, issuer?, claims?, classes?, roles?, may }]."
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.senders : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are repository_id, repository, owner_id, environment, workflow, ref, events, issuer, claims, classes, roles, may.", format("senders[%d]", index), key) if !contains(["repository_id", "repository", "owner_id", "environment", "workflow", "ref", "events", "issuer", "claims", "classes", "roles", "may"], key)], [for key in ["may"] : format("%s needs %s.", format("senders[%d]", index), key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.senders : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are repository_id, repository, owner_id, environment, workflow, ref, events, issuer, claims, classes, roles, may.", format("senders[%d]", index), key) if !contains(["repository_id", "repository", "owner_id", "environment", "workflow", "ref", "events", "issuer", "claims", "classes", "roles", "may"], key)], [for key in ["may"] : format("%s needs %s.", format("senders[%d]", index), key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.senders : one] : concat([for key in ["repository_id", "repository", "owner_id", "environment", "workflow", "ref", "issuer"] : format("%s.%s must be a text, and not an empty one.", format("senders[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["events", "classes", "roles", "may"] : format("%s.%s must be a list of texts.", format("senders[%d]", index), key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["claims"] : format("%s.%s must be an object of texts.", format("senders[%d]", index), key) if lookup(item, key, null) != null && !can([for name in keys(lookup(item, key, null)) : regex(".", tostring(lookup(item, key, null)[name]))])], [for key in ["may"] : format("%s.%s is null.", format("senders[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.senders : one] : concat([for key in ["repository_id", "repository", "owner_id", "environment", "workflow", "ref", "issuer"] : format("%s.%s must be a text, and not an empty one.", format("senders[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["events", "classes", "roles", "may"] : format("%s.%s must be a list of texts.", format("senders[%d]", index), key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["claims"] : format("%s.%s must be an object of texts.", format("senders[%d]", index), key) if lookup(item, key, null) != null && !can([for name in keys(lookup(item, key, null)) : regex(".", tostring(lookup(item, key, null)[name]))])], [for key in ["may"] : format("%s.%s is null.", format("senders[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = alltrue([for s in [for item in var.senders : { repository_id = tostring(lookup(item, "repository_id", null)), repository = tostring(lookup(item, "repository", null)), owner_id = tostring(lookup(item, "owner_id", null)), environment = tostring(lookup(item, "environment", null)), workflow = tostring(lookup(item, "workflow", null)), ref = tostring(lookup(item, "ref", null)), events = lookup(item, "events", null) == null ? null : tolist([for text in lookup(item, "events", null) : tostring(text)]), issuer = tostring(lookup(item, "issuer", null)), claims = lookup(item, "claims", null) == null ? null : { for name, text in lookup(item, "claims", null) : name => tostring(text) }, classes = lookup(item, "classes", null) == null ? null : tolist([for text in lookup(item, "classes", null) : tostring(text)]), roles = lookup(item, "roles", null) == null ? null : tolist([for text in lookup(item, "roles", null) : tostring(text)]), may = lookup(item, "may", null) == null ? null : tolist([for text in lookup(item, "may", null) : tostring(text)]) }] : (s.repository_id != null || s.repository != null || s.owner_id != null || s.issuer != null) && length(s.may) > 0 && length(setsubtract(s.may, ["send", "check", "revoke", "approve", "audit", "erase"])) == 0 && alltrue([for part in [s.events, s.classes, s.roles, s.claims] : try(length(part) > 0, true)]) && !can(regex("[*?]", jsonencode(s))) && !can(regex("\"\\s|\\s\"|\\\\[nrt]\"", jsonencode(s))) && alltrue([for number in [s.repository_id, s.owner_id] : (number == null || can(regex("^[1-9][0-9]{0,18}$", number)))]) && !(contains(s.may, "erase") && s.classes != null)])
    error_message = "Each sender needs repository_id (or repository) and may, no wildcard, and no white space around a text; repository_id and owner_id are GitHub's numbers: without a repository every one on GitHub would match. No list is empty, and may has only send, check, revoke, approve, audit and erase. Erasing covers every class: with erase there are no classes."
  }

  validation {
    condition     = alltrue([for s in [for item in var.senders : { repository_id = tostring(lookup(item, "repository_id", null)), repository = tostring(lookup(item, "repository", null)), owner_id = tostring(lookup(item, "owner_id", null)), environment = tostring(lookup(item, "environment", null)), workflow = tostring(lookup(item, "workflow", null)), ref = tostring(lookup(item, "ref", null)), events = lookup(item, "events", null) == null ? null : tolist([for text in lookup(item, "events", null) : tostring(text)]), issuer = tostring(lookup(item, "issuer", null)), claims = lookup(item, "claims", null) == null ? null : { for name, text in lookup(item, "claims", null) : name => tostring(text) }, classes = lookup(item, "classes", null) == null ? null : tolist([for text in lookup(item, "classes", null) : tostring(text)]), roles = lookup(item, "roles", null) == null ? null : tolist([for text in lookup(item, "roles", null) : tostring(text)]), may = lookup(item, "may", null) == null ? null : tolist([for text in lookup(item, "may", null) : tostring(text)]) }] : (s.issuer == null ? s.claims == null && (s.environment != null || !contains(s.may, "approve")) : s.claims != null && s.roles == null && !contains(s.may, "approve") && alltrue([for part in [s.repository_id, s.repository, s.owner_id, s.environment, s.workflow, s.ref] : part == null]) && s.events == null)])
    error_message = "A sender that may approve needs environment: else every job of the repository could. A sender with issuer has claims, no part that only GitHub's tokens have, and neither approve nor roles; one without issuer has no claims."
  }
}

variable "operators" {
  type        = any
  description = "The IAM roles and users that may call the service. Each has principal (an ARN) and may; and classes, roles where wanted. Its shape: [{ principal, classes?, roles?, may }]."
  default     = []
  nullable    = false

  validation {
    condition     = can(flatten(var.operators)) && can([for item in var.operators : keys(item)])
    error_message = "operators must be a list of objects: [{ principal, classes?, roles?, may }]."
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.operators : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are principal, classes, roles, may.", format("operators[%d]", index), key) if !contains(["principal", "classes", "roles", "may"], key)], [for key in ["principal", "may"] : format("%s needs %s.", format("operators[%d]", index), key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.operators : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are principal, classes, roles, may.", format("operators[%d]", index), key) if !contains(["principal", "classes", "roles", "may"], key)], [for key in ["principal", "may"] : format("%s needs %s.", format("operators[%d]", index), key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.operators : one] : concat([for key in ["principal"] : format("%s.%s must be a text, and not an empty one.", format("operators[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["classes", "roles", "may"] : format("%s.%s must be a list of texts.", format("operators[%d]", index), key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["principal", "may"] : format("%s.%s is null.", format("operators[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.operators : one] : concat([for key in ["principal"] : format("%s.%s must be a text, and not an empty one.", format("operators[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["classes", "roles", "may"] : format("%s.%s must be a list of texts.", format("operators[%d]", index), key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["principal", "may"] : format("%s.%s is null.", format("operators[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = alltrue([for o in [for item in var.operators : { principal = tostring(lookup(item, "principal", null)), classes = lookup(item, "classes", null) == null ? null : tolist([for text in lookup(item, "classes", null) : tostring(text)]), roles = lookup(item, "roles", null) == null ? null : tolist([for text in lookup(item, "roles", null) : tostring(text)]), may = lookup(item, "may", null) == null ? null : tolist([for text in lookup(item, "may", null) : tostring(text)]) }] : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[^*?]+$", o.principal)) && length(o.may) > 0 && length(setsubtract(o.may, ["send", "check", "revoke", "approve", "audit", "erase"])) == 0 && !can(regex("\"\\s|\\s\"|\\\\[nrt]\"", jsonencode(o))) && alltrue([for part in [o.classes, o.roles] : try(length(part) > 0, true)]) && !(contains(o.may, "erase") && o.classes != null)])
    error_message = "Each operator needs principal, the ARN of an IAM role or user without a wildcard, and may. No text has white space around it. No list is empty, and may has only send, check, revoke, approve, audit and erase. Erasing covers every class: with erase there are no classes."
  }
}

variable "classes" {
  type        = any
  description = "The credential classes. Each has name, expires_within (seconds), passphrase, approvals, verification; and environments, reason_required, recipient_domains, receipt_required, reviewer_required, rerun_asks_anew where wanted. Its shape: [{ name, expires_within, passphrase, approvals, verification, environments?, reason_required?, recipient_domains?, receipt_required?, reviewer_required?, rerun_asks_anew? }]."
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
    condition     = can(flatten(var.classes)) && can([for item in var.classes : keys(item)])
    error_message = "classes must be a list of objects: [{ name, expires_within, passphrase, approvals, verification, environments?, reason_required?, recipient_domains?, receipt_required?, reviewer_required?, rerun_asks_anew? }]."
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.classes : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are name, expires_within, passphrase, approvals, verification, environments, reason_required, recipient_domains, receipt_required, reviewer_required, rerun_asks_anew.", format("classes[%d]", index), key) if !contains(["name", "expires_within", "passphrase", "approvals", "verification", "environments", "reason_required", "recipient_domains", "receipt_required", "reviewer_required", "rerun_asks_anew"], key)], [for key in ["name", "expires_within", "passphrase", "approvals", "verification"] : format("%s needs %s.", format("classes[%d]", index), key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.classes : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are name, expires_within, passphrase, approvals, verification, environments, reason_required, recipient_domains, receipt_required, reviewer_required, rerun_asks_anew.", format("classes[%d]", index), key) if !contains(["name", "expires_within", "passphrase", "approvals", "verification", "environments", "reason_required", "recipient_domains", "receipt_required", "reviewer_required", "rerun_asks_anew"], key)], [for key in ["name", "expires_within", "passphrase", "approvals", "verification"] : format("%s needs %s.", format("classes[%d]", index), key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.classes : one] : concat([for key in ["name", "passphrase", "verification"] : format("%s.%s must be a text, and not an empty one.", format("classes[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["expires_within"] : format("%s.%s must be a number.", format("classes[%d]", index), key) if !can(tonumber(lookup(item, key, null)))], [for key in ["reason_required", "receipt_required", "reviewer_required", "rerun_asks_anew"] : format("%s.%s must be true or false.", format("classes[%d]", index), key) if !can(tobool(lookup(item, key, null)))], [for key in ["approvals", "environments", "recipient_domains"] : format("%s.%s must be a list of texts.", format("classes[%d]", index), key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["name", "expires_within", "passphrase", "approvals", "verification"] : format("%s.%s is null.", format("classes[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.classes : one] : concat([for key in ["name", "passphrase", "verification"] : format("%s.%s must be a text, and not an empty one.", format("classes[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["expires_within"] : format("%s.%s must be a number.", format("classes[%d]", index), key) if !can(tonumber(lookup(item, key, null)))], [for key in ["reason_required", "receipt_required", "reviewer_required", "rerun_asks_anew"] : format("%s.%s must be true or false.", format("classes[%d]", index), key) if !can(tobool(lookup(item, key, null)))], [for key in ["approvals", "environments", "recipient_domains"] : format("%s.%s must be a list of texts.", format("classes[%d]", index), key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["name", "expires_within", "passphrase", "approvals", "verification"] : format("%s.%s is null.", format("classes[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = length([for item in var.classes : { name = tostring(lookup(item, "name", null)), expires_within = tonumber(lookup(item, "expires_within", null)), passphrase = tostring(lookup(item, "passphrase", null)), approvals = lookup(item, "approvals", null) == null ? null : tolist([for text in lookup(item, "approvals", null) : tostring(text)]), verification = tostring(lookup(item, "verification", null)), environments = lookup(item, "environments", null) == null ? null : tolist([for text in lookup(item, "environments", null) : tostring(text)]), reason_required = tobool(lookup(item, "reason_required", null)), recipient_domains = lookup(item, "recipient_domains", null) == null ? null : tolist([for text in lookup(item, "recipient_domains", null) : tostring(text)]), receipt_required = tobool(lookup(item, "receipt_required", null)), reviewer_required = tobool(lookup(item, "reviewer_required", null)), rerun_asks_anew = tobool(lookup(item, "rerun_asks_anew", null)) }]) > 0 && alltrue([for c in [for item in var.classes : { name = tostring(lookup(item, "name", null)), expires_within = tonumber(lookup(item, "expires_within", null)), passphrase = tostring(lookup(item, "passphrase", null)), approvals = lookup(item, "approvals", null) == null ? null : tolist([for text in lookup(item, "approvals", null) : tostring(text)]), verification = tostring(lookup(item, "verification", null)), environments = lookup(item, "environments", null) == null ? null : tolist([for text in lookup(item, "environments", null) : tostring(text)]), reason_required = tobool(lookup(item, "reason_required", null)), recipient_domains = lookup(item, "recipient_domains", null) == null ? null : tolist([for text in lookup(item, "recipient_domains", null) : tostring(text)]), receipt_required = tobool(lookup(item, "receipt_required", null)), reviewer_required = tobool(lookup(item, "reviewer_required", null)), rerun_asks_anew = tobool(lookup(item, "rerun_asks_anew", null)) }] : try(c.expires_within >= 60 && c.expires_within <= 2678400 && floor(c.expires_within) == c.expires_within, false) && contains(["required", "recommended", "optional"], c.passphrase) && contains(["click", "email", "email-code"], c.verification) && alltrue([for part in [c.environments, c.recipient_domains] : try(length(part) > 0, true)])])
    error_message = "At least one class is needed, and each needs expires_within: whole seconds, from 60 to 2678400 (31 days); passphrase required, recommended or optional; verification click, email or email-code. environments and recipient_domains are not empty."
  }

  validation {
    condition     = length(distinct([for item in var.classes : { name = tostring(lookup(item, "name", null)), expires_within = tonumber(lookup(item, "expires_within", null)), passphrase = tostring(lookup(item, "passphrase", null)), approvals = lookup(item, "approvals", null) == null ? null : tolist([for text in lookup(item, "approvals", null) : tostring(text)]), verification = tostring(lookup(item, "verification", null)), environments = lookup(item, "environments", null) == null ? null : tolist([for text in lookup(item, "environments", null) : tostring(text)]), reason_required = tobool(lookup(item, "reason_required", null)), recipient_domains = lookup(item, "recipient_domains", null) == null ? null : tolist([for text in lookup(item, "recipient_domains", null) : tostring(text)]), receipt_required = tobool(lookup(item, "receipt_required", null)), reviewer_required = tobool(lookup(item, "reviewer_required", null)), rerun_asks_anew = tobool(lookup(item, "rerun_asks_anew", null)) }][*].name)) == length([for item in var.classes : { name = tostring(lookup(item, "name", null)), expires_within = tonumber(lookup(item, "expires_within", null)), passphrase = tostring(lookup(item, "passphrase", null)), approvals = lookup(item, "approvals", null) == null ? null : tolist([for text in lookup(item, "approvals", null) : tostring(text)]), verification = tostring(lookup(item, "verification", null)), environments = lookup(item, "environments", null) == null ? null : tolist([for text in lookup(item, "environments", null) : tostring(text)]), reason_required = tobool(lookup(item, "reason_required", null)), recipient_domains = lookup(item, "recipient_domains", null) == null ? null : tolist([for text in lookup(item, "recipient_domains", null) : tostring(text)]), receipt_required = tobool(lookup(item, "receipt_required", null)), reviewer_required = tobool(lookup(item, "reviewer_required", null)), rerun_asks_anew = tobool(lookup(item, "rerun_asks_anew", null)) }]) && alltrue([for c in [for item in var.classes : { name = tostring(lookup(item, "name", null)), expires_within = tonumber(lookup(item, "expires_within", null)), passphrase = tostring(lookup(item, "passphrase", null)), approvals = lookup(item, "approvals", null) == null ? null : tolist([for text in lookup(item, "approvals", null) : tostring(text)]), verification = tostring(lookup(item, "verification", null)), environments = lookup(item, "environments", null) == null ? null : tolist([for text in lookup(item, "environments", null) : tostring(text)]), reason_required = tobool(lookup(item, "reason_required", null)), recipient_domains = lookup(item, "recipient_domains", null) == null ? null : tolist([for text in lookup(item, "recipient_domains", null) : tostring(text)]), receipt_required = tobool(lookup(item, "receipt_required", null)), reviewer_required = tobool(lookup(item, "reviewer_required", null)), rerun_asks_anew = tobool(lookup(item, "rerun_asks_anew", null)) }] : can(regex("^[a-z0-9][a-z0-9-]{0,63}$", c.name)) && length(c.approvals) <= 10 && length(distinct(c.approvals)) == length(c.approvals) && !can(regex("\"\\s|\\s\"|\\\\[nrt]\"", jsonencode(c))) && alltrue([for d in c.recipient_domains == null ? [] : c.recipient_domains : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]+$", d))])])
    error_message = "Each class has a name of its own, 1 to 64 of a-z, 0-9 and hyphens; 10 approvals at the most, each role once; and recipient_domains in lower case, such as vendor.example, without @ and wildcard. No text has white space around it."
  }
}

variable "issuer" {
  type        = string
  description = "Issuer of the workflows' tokens; https://HOST/_services/token on GitHub Enterprise Server."
  default     = "https://token.actions.githubusercontent.com"
  nullable    = false

  validation {
    condition     = can(regex("^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$", var.issuer))
    error_message = "issuer must be an https URL without a query and without a slash at its end."
  }
}

variable "issuers" {
  type        = any
  description = "Issuers of OIDC tokens beside GitHub's, such as a GitLab. Each has issuer and jwks_url; and claims (owner, name, run, actor, environment), where its claims have other names than GitLab's. Its shape: [{ issuer, jwks_url, claims? }]."
  default     = []
  nullable    = false

  validation {
    condition     = can(flatten(var.issuers)) && can([for item in var.issuers : keys(item)])
    error_message = "issuers must be a list of objects: [{ issuer, jwks_url, claims? }]."
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.issuers : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are issuer, jwks_url, claims.", format("issuers[%d]", index), key) if !contains(["issuer", "jwks_url", "claims"], key)], [for key in ["issuer", "jwks_url"] : format("%s needs %s.", format("issuers[%d]", index), key) if !contains(keys(item), key)], flatten([for names in lookup(item, "claims", null)[*] : [for key in keys(names) : format("%s has %s, which is not a key of it: there are owner, name, run, actor, environment.", format("%s.claims", format("issuers[%d]", index)), key) if !contains(["owner", "name", "run", "actor", "environment"], key)]]))])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.issuers : one] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are issuer, jwks_url, claims.", format("issuers[%d]", index), key) if !contains(["issuer", "jwks_url", "claims"], key)], [for key in ["issuer", "jwks_url"] : format("%s needs %s.", format("issuers[%d]", index), key) if !contains(keys(item), key)], flatten([for names in lookup(item, "claims", null)[*] : [for key in keys(names) : format("%s has %s, which is not a key of it: there are owner, name, run, actor, environment.", format("%s.claims", format("issuers[%d]", index)), key) if !contains(["owner", "name", "run", "actor", "environment"], key)]]))]))
  }

  validation {
    condition     = length(flatten([for index, item in [for one in var.issuers : one] : concat([for key in ["issuer", "jwks_url"] : format("%s.%s must be a text, and not an empty one.", format("issuers[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["claims"] : format("%s.%s must be an object of texts.", format("issuers[%d]", index), key) if lookup(item, key, null) != null && !can([for name in keys(lookup(item, key, null)) : regex(".", tostring(lookup(item, key, null)[name]))])], [for key in ["issuer", "jwks_url"] : format("%s.%s is null.", format("issuers[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for index, item in [for one in var.issuers : one] : concat([for key in ["issuer", "jwks_url"] : format("%s.%s must be a text, and not an empty one.", format("issuers[%d]", index), key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["claims"] : format("%s.%s must be an object of texts.", format("issuers[%d]", index), key) if lookup(item, key, null) != null && !can([for name in keys(lookup(item, key, null)) : regex(".", tostring(lookup(item, key, null)[name]))])], [for key in ["issuer", "jwks_url"] : format("%s.%s is null.", format("issuers[%d]", index), key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = alltrue([for i in [for item in var.issuers : { issuer = tostring(lookup(item, "issuer", null)), jwks_url = tostring(lookup(item, "jwks_url", null)), claims = lookup(item, "claims", null) == null ? null : { for name, text in lookup(item, "claims", null) : name => tostring(text) } }] : can(regex("^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$", i.issuer)) && can(regex("^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$", i.jwks_url))])
    error_message = "Each issuer needs issuer and jwks_url, both https URLs without a query and without a slash at their ends."
  }
}

variable "jwks_url" {
  type        = string
  description = "The issuer's key set, where it is elsewhere. It needs issuer."
  default     = null
  nullable    = true

  validation {
    condition     = (var.jwks_url == null || can(regex("^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$", var.jwks_url)))
    error_message = "jwks_url must be an https URL without a query and without a slash at its end."
  }
}

variable "github_api_url" {
  type        = string
  description = "REST API of the issuer's GitHub, where it is elsewhere than GitHub puts it."
  default     = null
  nullable    = true

  validation {
    condition     = (var.github_api_url == null || can(regex("^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$", var.github_api_url)))
    error_message = "github_api_url must be an https URL without a query and without a slash at its end."
  }
}

variable "approval_lifetime" {
  type        = number
  description = "Seconds that an approval is worth; a day by default."
  default     = 86400
  nullable    = false

  validation {
    condition     = var.approval_lifetime >= 60 && var.approval_lifetime <= 2592000 && floor(var.approval_lifetime) == var.approval_lifetime
    error_message = "approval_lifetime must be whole seconds, from 60 to 2592000 (30 days)."
  }
}

variable "mail_from" {
  type        = string
  description = "The address that codes are mailed from. It needs ses or smtp."
  default     = null
  nullable    = true

  validation {
    condition     = (var.mail_from == null || can(regex("^[^\\s@<>\",;]+@[^\\s@<>\",;]+\\.[^\\s@<>\",;]+$", var.mail_from)))
    error_message = "mail_from must be a bare e-mail address, such as handoff@example.com."
  }
}

variable "ses" {
  type        = any
  description = "Mails codes through SES, from this identity. tls_policy REQUIRE bounces mail that would travel in the clear; or OPTIONAL. Its shape: { identity_arn, tls_policy? }."
  default     = null
  nullable    = true

  validation {
    condition     = var.ses == null || can(keys(var.ses))
    error_message = "ses must be an object: { identity_arn, tls_policy? }."
  }

  validation {
    condition     = length(flatten([for item in var.ses[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are identity_arn, tls_policy.", "ses", key) if !contains(["identity_arn", "tls_policy"], key)], [for key in ["identity_arn"] : format("%s needs %s.", "ses", key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for item in var.ses[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are identity_arn, tls_policy.", "ses", key) if !contains(["identity_arn", "tls_policy"], key)], [for key in ["identity_arn"] : format("%s needs %s.", "ses", key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for item in var.ses[*] : concat([for key in ["identity_arn", "tls_policy"] : format("%s.%s must be a text, and not an empty one.", "ses", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["identity_arn"] : format("%s.%s is null.", "ses", key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for item in var.ses[*] : concat([for key in ["identity_arn", "tls_policy"] : format("%s.%s must be a text, and not an empty one.", "ses", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["identity_arn"] : format("%s.%s is null.", "ses", key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = (try((var.ses == null ? null : { identity_arn = tostring(lookup(var.ses, "identity_arn", null)), tls_policy = lookup(var.ses, "tls_policy", null) == null ? "REQUIRE" : tostring(lookup(var.ses, "tls_policy", null)) }).identity_arn, null) == null || can(regex("^arn:aws[a-z-]*:ses:[a-z0-9-]*:\\d{12}:identity/[^*?\\s]+$", (var.ses == null ? null : { identity_arn = tostring(lookup(var.ses, "identity_arn", null)), tls_policy = lookup(var.ses, "tls_policy", null) == null ? "REQUIRE" : tostring(lookup(var.ses, "tls_policy", null)) }).identity_arn))) && contains(["REQUIRE", "OPTIONAL"], try((var.ses == null ? null : { identity_arn = tostring(lookup(var.ses, "identity_arn", null)), tls_policy = lookup(var.ses, "tls_policy", null) == null ? "REQUIRE" : tostring(lookup(var.ses, "tls_policy", null)) }).tls_policy, "REQUIRE"))
    error_message = "ses.identity_arn must be a whole ARN, arn:aws:ses:REGION:ACCOUNT:identity/NAME, without a wildcard, and ses.tls_policy is REQUIRE or OPTIONAL."
  }
}

variable "smtp" {
  type        = any
  description = "Mails codes through an SMTP server instead: a secret with JSON { host, port, user, password }, and its key, unless that is aws/secretsmanager. Its shape: { secret_arn, kms_key_arn? }."
  default     = null
  nullable    = true

  validation {
    condition     = var.smtp == null || can(keys(var.smtp))
    error_message = "smtp must be an object: { secret_arn, kms_key_arn? }."
  }

  validation {
    condition     = length(flatten([for item in var.smtp[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are secret_arn, kms_key_arn.", "smtp", key) if !contains(["secret_arn", "kms_key_arn"], key)], [for key in ["secret_arn"] : format("%s needs %s.", "smtp", key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for item in var.smtp[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are secret_arn, kms_key_arn.", "smtp", key) if !contains(["secret_arn", "kms_key_arn"], key)], [for key in ["secret_arn"] : format("%s needs %s.", "smtp", key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for item in var.smtp[*] : concat([for key in ["secret_arn", "kms_key_arn"] : format("%s.%s must be a text, and not an empty one.", "smtp", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["secret_arn"] : format("%s.%s is null.", "smtp", key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for item in var.smtp[*] : concat([for key in ["secret_arn", "kms_key_arn"] : format("%s.%s must be a text, and not an empty one.", "smtp", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["secret_arn"] : format("%s.%s is null.", "smtp", key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = (try((var.smtp == null ? null : { secret_arn = tostring(lookup(var.smtp, "secret_arn", null)), kms_key_arn = tostring(lookup(var.smtp, "kms_key_arn", null)) }).secret_arn, null) == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:\\d{12}:secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}$", (var.smtp == null ? null : { secret_arn = tostring(lookup(var.smtp, "secret_arn", null)), kms_key_arn = tostring(lookup(var.smtp, "kms_key_arn", null)) }).secret_arn))) && (try((var.smtp == null ? null : { secret_arn = tostring(lookup(var.smtp, "secret_arn", null)), kms_key_arn = tostring(lookup(var.smtp, "kms_key_arn", null)) }).kms_key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]*:\\d{12}:key/[\\w-]+$", (var.smtp == null ? null : { secret_arn = tostring(lookup(var.smtp, "secret_arn", null)), kms_key_arn = tostring(lookup(var.smtp, "kms_key_arn", null)) }).kms_key_arn)))
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

  validation {
    condition     = can(regex("^nodejs(2[0-9]|[3-9][0-9])[.]x$", var.runtime))
    error_message = "runtime must be one of Node.js 20 or later, such as nodejs24.x."
  }
}

variable "memory_size" {
  type        = number
  description = "Memory of each function, MB."
  default     = 512
  nullable    = false

  validation {
    condition     = try(var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size, false)
    error_message = "memory_size is in whole megabytes, from 128 to 10240."
  }
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
    condition     = try(var.event_retention_days >= 7 && var.event_retention_days <= 3650 && floor(var.event_retention_days) == var.event_retention_days, false)
    error_message = "event_retention_days must be a whole number of days from 7 to 3650: an event is sealed before it goes."
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
  type        = any
  description = "Writes event lines and seals to a bucket of yours too, with Object Lock where it has that; and the bucket's key, where it is one of yours. Its shape: { bucket_name, kms_key_arn? }."
  default     = null
  nullable    = true

  validation {
    condition     = var.archive == null || can(keys(var.archive))
    error_message = "archive must be an object: { bucket_name, kms_key_arn? }."
  }

  validation {
    condition     = length(flatten([for item in var.archive[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are bucket_name, kms_key_arn.", "archive", key) if !contains(["bucket_name", "kms_key_arn"], key)], [for key in ["bucket_name"] : format("%s needs %s.", "archive", key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for item in var.archive[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are bucket_name, kms_key_arn.", "archive", key) if !contains(["bucket_name", "kms_key_arn"], key)], [for key in ["bucket_name"] : format("%s needs %s.", "archive", key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for item in var.archive[*] : concat([for key in ["bucket_name", "kms_key_arn"] : format("%s.%s must be a text, and not an empty one.", "archive", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["bucket_name"] : format("%s.%s is null.", "archive", key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for item in var.archive[*] : concat([for key in ["bucket_name", "kms_key_arn"] : format("%s.%s must be a text, and not an empty one.", "archive", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["bucket_name"] : format("%s.%s is null.", "archive", key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = ((var.archive == null ? null : { bucket_name = tostring(lookup(var.archive, "bucket_name", null)), kms_key_arn = tostring(lookup(var.archive, "kms_key_arn", null)) }) == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", (var.archive == null ? null : { bucket_name = tostring(lookup(var.archive, "bucket_name", null)), kms_key_arn = tostring(lookup(var.archive, "kms_key_arn", null)) }).bucket_name))) && (try((var.archive == null ? null : { bucket_name = tostring(lookup(var.archive, "bucket_name", null)), kms_key_arn = tostring(lookup(var.archive, "kms_key_arn", null)) }).kms_key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]*:\\d{12}:key/[\\w-]+$", (var.archive == null ? null : { bucket_name = tostring(lookup(var.archive, "bucket_name", null)), kms_key_arn = tostring(lookup(var.archive, "kms_key_arn", null)) }).kms_key_arn)))
    error_message = "archive.bucket_name must be the name of an S3 bucket, and archive.kms_key_arn the whole ARN of its key."
  }
}

variable "company" {
  type        = any
  description = "The company that recipients know the senders by: name; and logo (the text of an SVG file, shapes only), accent_color and accent_color_dark (#rrggbb), contact, privacy_url, imprint_url. The deployment fails where one cannot be used, and says why. Its shape: { name, logo?, accent_color?, accent_color_dark?, contact?, privacy_url?, imprint_url? }."
  default     = null
  nullable    = true

  validation {
    condition     = var.company == null || can(keys(var.company))
    error_message = "company must be an object: { name, logo?, accent_color?, accent_color_dark?, contact?, privacy_url?, imprint_url? }."
  }

  validation {
    condition     = length(flatten([for item in var.company[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are name, logo, accent_color, accent_color_dark, contact, privacy_url, imprint_url.", "company", key) if !contains(["name", "logo", "accent_color", "accent_color_dark", "contact", "privacy_url", "imprint_url"], key)], [for key in ["name"] : format("%s needs %s.", "company", key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for item in var.company[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are name, logo, accent_color, accent_color_dark, contact, privacy_url, imprint_url.", "company", key) if !contains(["name", "logo", "accent_color", "accent_color_dark", "contact", "privacy_url", "imprint_url"], key)], [for key in ["name"] : format("%s needs %s.", "company", key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for item in var.company[*] : concat([for key in ["name", "logo", "accent_color", "accent_color_dark", "contact", "privacy_url", "imprint_url"] : format("%s.%s must be a text, and not an empty one.", "company", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["name"] : format("%s.%s is null.", "company", key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for item in var.company[*] : concat([for key in ["name", "logo", "accent_color", "accent_color_dark", "contact", "privacy_url", "imprint_url"] : format("%s.%s must be a text, and not an empty one.", "company", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["name"] : format("%s.%s is null.", "company", key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = (var.company == null ? null : { name = tostring(lookup(var.company, "name", null)), logo = tostring(lookup(var.company, "logo", null)), accent_color = tostring(lookup(var.company, "accent_color", null)), accent_color_dark = tostring(lookup(var.company, "accent_color_dark", null)), contact = tostring(lookup(var.company, "contact", null)), privacy_url = tostring(lookup(var.company, "privacy_url", null)), imprint_url = tostring(lookup(var.company, "imprint_url", null)) }) == null ? true : can(regex("^[^\\p{Cc}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]{1,60}$", (var.company == null ? null : { name = tostring(lookup(var.company, "name", null)), logo = tostring(lookup(var.company, "logo", null)), accent_color = tostring(lookup(var.company, "accent_color", null)), accent_color_dark = tostring(lookup(var.company, "accent_color_dark", null)), contact = tostring(lookup(var.company, "contact", null)), privacy_url = tostring(lookup(var.company, "privacy_url", null)), imprint_url = tostring(lookup(var.company, "imprint_url", null)) }).name)) && length(coalesce((var.company == null ? null : { name = tostring(lookup(var.company, "name", null)), logo = tostring(lookup(var.company, "logo", null)), accent_color = tostring(lookup(var.company, "accent_color", null)), accent_color_dark = tostring(lookup(var.company, "accent_color_dark", null)), contact = tostring(lookup(var.company, "contact", null)), privacy_url = tostring(lookup(var.company, "privacy_url", null)), imprint_url = tostring(lookup(var.company, "imprint_url", null)) }).logo, "-")) <= 65536 && alltrue([for c in [(var.company == null ? null : { name = tostring(lookup(var.company, "name", null)), logo = tostring(lookup(var.company, "logo", null)), accent_color = tostring(lookup(var.company, "accent_color", null)), accent_color_dark = tostring(lookup(var.company, "accent_color_dark", null)), contact = tostring(lookup(var.company, "contact", null)), privacy_url = tostring(lookup(var.company, "privacy_url", null)), imprint_url = tostring(lookup(var.company, "imprint_url", null)) }).accent_color, (var.company == null ? null : { name = tostring(lookup(var.company, "name", null)), logo = tostring(lookup(var.company, "logo", null)), accent_color = tostring(lookup(var.company, "accent_color", null)), accent_color_dark = tostring(lookup(var.company, "accent_color_dark", null)), contact = tostring(lookup(var.company, "contact", null)), privacy_url = tostring(lookup(var.company, "privacy_url", null)), imprint_url = tostring(lookup(var.company, "imprint_url", null)) }).accent_color_dark] : c == null || can(regex("^#[0-9a-f]{6}$", c))]) && alltrue([for u in [(var.company == null ? null : { name = tostring(lookup(var.company, "name", null)), logo = tostring(lookup(var.company, "logo", null)), accent_color = tostring(lookup(var.company, "accent_color", null)), accent_color_dark = tostring(lookup(var.company, "accent_color_dark", null)), contact = tostring(lookup(var.company, "contact", null)), privacy_url = tostring(lookup(var.company, "privacy_url", null)), imprint_url = tostring(lookup(var.company, "imprint_url", null)) }).privacy_url, (var.company == null ? null : { name = tostring(lookup(var.company, "name", null)), logo = tostring(lookup(var.company, "logo", null)), accent_color = tostring(lookup(var.company, "accent_color", null)), accent_color_dark = tostring(lookup(var.company, "accent_color_dark", null)), contact = tostring(lookup(var.company, "contact", null)), privacy_url = tostring(lookup(var.company, "privacy_url", null)), imprint_url = tostring(lookup(var.company, "imprint_url", null)) }).imprint_url] : u == null || can(regex("^https://", u))])
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

  validation {
    condition     = try(var.throttle_page.rate > 0 && var.throttle_page.rate <= 10000, false) && try(var.throttle_page.burst >= 1 && var.throttle_page.burst <= 10000 && floor(var.throttle_page.burst) == var.throttle_page.burst, false)
    error_message = "A limit has rate, requests a second above 0 and at most 10000, and burst, whole requests from 1 to 10000: without them the route would have none."
  }
}

variable "throttle_recipient" {
  type        = object({ rate = number, burst = number })
  description = "Requests a second, and at once, to POST /v1/handoffs/*."
  default = {
    rate  = 50
    burst = 100
  }
  nullable = false

  validation {
    condition     = try(var.throttle_recipient.rate > 0 && var.throttle_recipient.rate <= 10000, false) && try(var.throttle_recipient.burst >= 1 && var.throttle_recipient.burst <= 10000 && floor(var.throttle_recipient.burst) == var.throttle_recipient.burst, false)
    error_message = "A limit has rate, requests a second above 0 and at most 10000, and burst, whole requests from 1 to 10000: without them the route would have none."
  }
}

variable "throttle_sender" {
  type        = object({ rate = number, burst = number })
  description = "Requests a second, and at once, to /v1/sender/*."
  default = {
    rate  = 20
    burst = 100
  }
  nullable = false

  validation {
    condition     = try(var.throttle_sender.rate > 0 && var.throttle_sender.rate <= 10000, false) && try(var.throttle_sender.burst >= 1 && var.throttle_sender.burst <= 10000 && floor(var.throttle_sender.burst) == var.throttle_sender.burst, false)
    error_message = "A limit has rate, requests a second above 0 and at most 10000, and burst, whole requests from 1 to 10000: without them the route would have none."
  }
}

variable "throttle_operators" {
  type        = object({ rate = number, burst = number })
  description = "Requests a second, and at once, to /iam/v1/sender/*."
  default = {
    rate  = 5
    burst = 20
  }
  nullable = false

  validation {
    condition     = try(var.throttle_operators.rate > 0 && var.throttle_operators.rate <= 10000, false) && try(var.throttle_operators.burst >= 1 && var.throttle_operators.burst <= 10000 && floor(var.throttle_operators.burst) == var.throttle_operators.burst, false)
    error_message = "A limit has rate, requests a second above 0 and at most 10000, and burst, whole requests from 1 to 10000: without them the route would have none."
  }
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
  type        = any
  description = "Concurrent executions to reserve for each function. A new account has 10 in all, of which none can be reserved. Its shape: { recipient?, sender?, drainer?, sweeper?, sealer? }."
  default     = {}
  nullable    = false

  validation {
    condition     = var.reserved_concurrency == null || can(keys(var.reserved_concurrency))
    error_message = "reserved_concurrency must be an object: { recipient?, sender?, drainer?, sweeper?, sealer? }."
  }

  validation {
    condition     = length(flatten([for item in var.reserved_concurrency[*] : [for key in keys(item) : format("%s has %s, which is not a key of it: there are recipient, sender, drainer, sweeper, sealer.", "reserved_concurrency", key) if !contains(["recipient", "sender", "drainer", "sweeper", "sealer"], key)]])) == 0
    error_message = join(" ", flatten([for item in var.reserved_concurrency[*] : [for key in keys(item) : format("%s has %s, which is not a key of it: there are recipient, sender, drainer, sweeper, sealer.", "reserved_concurrency", key) if !contains(["recipient", "sender", "drainer", "sweeper", "sealer"], key)]]))
  }

  validation {
    condition     = length(flatten([for item in var.reserved_concurrency[*] : [for key in ["recipient", "sender", "drainer", "sweeper", "sealer"] : format("%s.%s must be a number.", "reserved_concurrency", key) if !can(tonumber(lookup(item, key, null)))]])) == 0
    error_message = join(" ", flatten([for item in var.reserved_concurrency[*] : [for key in ["recipient", "sender", "drainer", "sweeper", "sealer"] : format("%s.%s must be a number.", "reserved_concurrency", key) if !can(tonumber(lookup(item, key, null)))]]))
  }

  validation {
    condition     = alltrue([for count in values((var.reserved_concurrency == null ? null : { recipient = tonumber(lookup(var.reserved_concurrency, "recipient", null)), sender = tonumber(lookup(var.reserved_concurrency, "sender", null)), drainer = tonumber(lookup(var.reserved_concurrency, "drainer", null)), sweeper = tonumber(lookup(var.reserved_concurrency, "sweeper", null)), sealer = tonumber(lookup(var.reserved_concurrency, "sealer", null)) })) : count == null || try(count >= 1 && count <= 1000000 && floor(count) == count, false)])
    error_message = "reserved_concurrency has whole executions, at least 1: with 0 a function never runs."
  }
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
  type        = any
  description = "Who is notified of alarms, and of locked and reported handoffs: a topic of yours, or addresses. critical_classes names the classes whose handoffs raise an alarm when they did not arrive; without it, those that need two approvals or a mailed code. Its shape: { topic? = { arn }, emails?, critical_classes? }."
  default     = {}
  nullable    = false

  validation {
    condition     = var.alarms == null || can(keys(var.alarms))
    error_message = "alarms must be an object: { topic? = { arn }, emails?, critical_classes? }."
  }

  validation {
    condition     = length(flatten([for item in var.alarms[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, emails, critical_classes.", "alarms", key) if !contains(["topic", "emails", "critical_classes"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "alarms"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "alarms"), key) if !contains(keys(inner), key)])]))])) == 0
    error_message = join(" ", flatten([for item in var.alarms[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, emails, critical_classes.", "alarms", key) if !contains(["topic", "emails", "critical_classes"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "alarms"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "alarms"), key) if !contains(keys(inner), key)])]))]))
  }

  validation {
    condition     = length(flatten([for item in var.alarms[*] : concat([for key in ["emails", "critical_classes"] : format("%s.%s must be a list of texts.", "alarms", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "alarms"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "alarms"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))])) == 0
    error_message = join(" ", flatten([for item in var.alarms[*] : concat([for key in ["emails", "critical_classes"] : format("%s.%s must be a list of texts.", "alarms", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "alarms"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "alarms"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))]))
  }

  validation {
    condition     = (try((var.alarms == null ? null : { topic = lookup(var.alarms, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.alarms, "topic", null), "arn", null)) }, emails = lookup(var.alarms, "emails", null) == null ? [] : lookup(var.alarms, "emails", null) == null ? null : tolist([for text in lookup(var.alarms, "emails", null) : tostring(text)]), critical_classes = lookup(var.alarms, "critical_classes", null) == null ? null : tolist([for text in lookup(var.alarms, "critical_classes", null) : tostring(text)]) }).topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", (var.alarms == null ? null : { topic = lookup(var.alarms, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.alarms, "topic", null), "arn", null)) }, emails = lookup(var.alarms, "emails", null) == null ? [] : lookup(var.alarms, "emails", null) == null ? null : tolist([for text in lookup(var.alarms, "emails", null) : tostring(text)]), critical_classes = lookup(var.alarms, "critical_classes", null) == null ? null : tolist([for text in lookup(var.alarms, "critical_classes", null) : tostring(text)]) }).topic.arn)))
    error_message = "alarms.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard."
  }

  validation {
    condition     = alltrue([for e in flatten((var.alarms == null ? null : { topic = lookup(var.alarms, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.alarms, "topic", null), "arn", null)) }, emails = lookup(var.alarms, "emails", null) == null ? [] : lookup(var.alarms, "emails", null) == null ? null : tolist([for text in lookup(var.alarms, "emails", null) : tostring(text)]), critical_classes = lookup(var.alarms, "critical_classes", null) == null ? null : tolist([for text in lookup(var.alarms, "critical_classes", null) : tostring(text)]) }).emails) : can(regex("^[^\\s@<>\",;]+@[^\\s@<>\",;]+\\.[^\\s@<>\",;]+$", e))]) && ((var.alarms == null ? null : { topic = lookup(var.alarms, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.alarms, "topic", null), "arn", null)) }, emails = lookup(var.alarms, "emails", null) == null ? [] : lookup(var.alarms, "emails", null) == null ? null : tolist([for text in lookup(var.alarms, "emails", null) : tostring(text)]), critical_classes = lookup(var.alarms, "critical_classes", null) == null ? null : tolist([for text in lookup(var.alarms, "critical_classes", null) : tostring(text)]) }).topic == null || length((var.alarms == null ? null : { topic = lookup(var.alarms, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.alarms, "topic", null), "arn", null)) }, emails = lookup(var.alarms, "emails", null) == null ? [] : lookup(var.alarms, "emails", null) == null ? null : tolist([for text in lookup(var.alarms, "emails", null) : tostring(text)]), critical_classes = lookup(var.alarms, "critical_classes", null) == null ? null : tolist([for text in lookup(var.alarms, "critical_classes", null) : tostring(text)]) }).emails) == 0)
    error_message = "alarms.emails must be bare e-mail addresses, such as ops@example.com. With topic there are none: subscribe them to that topic."
  }

  validation {
    condition     = try(length((var.alarms == null ? null : { topic = lookup(var.alarms, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.alarms, "topic", null), "arn", null)) }, emails = lookup(var.alarms, "emails", null) == null ? [] : lookup(var.alarms, "emails", null) == null ? null : tolist([for text in lookup(var.alarms, "emails", null) : tostring(text)]), critical_classes = lookup(var.alarms, "critical_classes", null) == null ? null : tolist([for text in lookup(var.alarms, "critical_classes", null) : tostring(text)]) }).critical_classes) > 0, true)
    error_message = "alarms.critical_classes is empty: name a class, or leave it out."
  }
}

variable "events" {
  type        = any
  description = "Where audit events go besides the audit table: a topic, a new log group, another bus. Its shape: { topic? = { arn }, log_retention_days?, bus? = { arn } }."
  default     = {}
  nullable    = false

  validation {
    condition     = var.events == null || can(keys(var.events))
    error_message = "events must be an object: { topic? = { arn }, log_retention_days?, bus? = { arn } }."
  }

  validation {
    condition     = length(flatten([for item in var.events[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, log_retention_days, bus.", "events", key) if !contains(["topic", "log_retention_days", "bus"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "events"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "events"), key) if !contains(keys(inner), key)])]), flatten([for inner in lookup(item, "bus", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.bus", "events"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.bus", "events"), key) if !contains(keys(inner), key)])]))])) == 0
    error_message = join(" ", flatten([for item in var.events[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, log_retention_days, bus.", "events", key) if !contains(["topic", "log_retention_days", "bus"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "events"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "events"), key) if !contains(keys(inner), key)])]), flatten([for inner in lookup(item, "bus", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.bus", "events"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.bus", "events"), key) if !contains(keys(inner), key)])]))]))
  }

  validation {
    condition     = length(flatten([for item in var.events[*] : concat([for key in ["log_retention_days"] : format("%s.%s must be a number.", "events", key) if !can(tonumber(lookup(item, key, null)))], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "events"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "events"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]), flatten([for inner in lookup(item, "bus", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.bus", "events"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.bus", "events"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))])) == 0
    error_message = join(" ", flatten([for item in var.events[*] : concat([for key in ["log_retention_days"] : format("%s.%s must be a number.", "events", key) if !can(tonumber(lookup(item, key, null)))], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "events"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "events"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]), flatten([for inner in lookup(item, "bus", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.bus", "events"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.bus", "events"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))]))
  }

  validation {
    condition     = (try((var.events == null ? null : { topic = lookup(var.events, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "topic", null), "arn", null)) }, log_retention_days = tonumber(lookup(var.events, "log_retention_days", null)), bus = lookup(var.events, "bus", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "bus", null), "arn", null)) } }).topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", (var.events == null ? null : { topic = lookup(var.events, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "topic", null), "arn", null)) }, log_retention_days = tonumber(lookup(var.events, "log_retention_days", null)), bus = lookup(var.events, "bus", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "bus", null), "arn", null)) } }).topic.arn))) && (try((var.events == null ? null : { topic = lookup(var.events, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "topic", null), "arn", null)) }, log_retention_days = tonumber(lookup(var.events, "log_retention_days", null)), bus = lookup(var.events, "bus", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "bus", null), "arn", null)) } }).bus.arn, null) == null || can(regex("^arn:aws[a-z-]*:events:[a-z0-9-]*:\\d{12}:event-bus/[\\w./-]+$", (var.events == null ? null : { topic = lookup(var.events, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "topic", null), "arn", null)) }, log_retention_days = tonumber(lookup(var.events, "log_retention_days", null)), bus = lookup(var.events, "bus", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "bus", null), "arn", null)) } }).bus.arn))) && ((var.events == null ? null : { topic = lookup(var.events, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "topic", null), "arn", null)) }, log_retention_days = tonumber(lookup(var.events, "log_retention_days", null)), bus = lookup(var.events, "bus", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "bus", null), "arn", null)) } }).log_retention_days == null || contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], coalesce((var.events == null ? null : { topic = lookup(var.events, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "topic", null), "arn", null)) }, log_retention_days = tonumber(lookup(var.events, "log_retention_days", null)), bus = lookup(var.events, "bus", null) == null ? null : { arn = tostring(lookup(lookup(var.events, "bus", null), "arn", null)) } }).log_retention_days, 0)))
    error_message = "events.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard; events.bus.arn must be a whole ARN, arn:aws:events:REGION:ACCOUNT:event-bus/NAME, without a wildcard; events.log_retention_days is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "on_undelivered" {
  type        = any
  description = "What follows when a handoff expired unread, was locked, was never confirmed, or its mail bounced. Its shape: { topic? = { arn }, emails?, rotate? }."
  default     = {}
  nullable    = false

  validation {
    condition     = var.on_undelivered == null || can(keys(var.on_undelivered))
    error_message = "on_undelivered must be an object: { topic? = { arn }, emails?, rotate? }."
  }

  validation {
    condition     = length(flatten([for item in var.on_undelivered[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, emails, rotate.", "on_undelivered", key) if !contains(["topic", "emails", "rotate"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "on_undelivered"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "on_undelivered"), key) if !contains(keys(inner), key)])]))])) == 0
    error_message = join(" ", flatten([for item in var.on_undelivered[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, emails, rotate.", "on_undelivered", key) if !contains(["topic", "emails", "rotate"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "on_undelivered"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "on_undelivered"), key) if !contains(keys(inner), key)])]))]))
  }

  validation {
    condition     = length(flatten([for item in var.on_undelivered[*] : concat([for key in ["rotate"] : format("%s.%s must be true or false.", "on_undelivered", key) if !can(tobool(lookup(item, key, null)))], [for key in ["emails"] : format("%s.%s must be a list of texts.", "on_undelivered", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "on_undelivered"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "on_undelivered"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))])) == 0
    error_message = join(" ", flatten([for item in var.on_undelivered[*] : concat([for key in ["rotate"] : format("%s.%s must be true or false.", "on_undelivered", key) if !can(tobool(lookup(item, key, null)))], [for key in ["emails"] : format("%s.%s must be a list of texts.", "on_undelivered", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "on_undelivered"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "on_undelivered"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))]))
  }

  validation {
    condition     = (try((var.on_undelivered == null ? null : { topic = lookup(var.on_undelivered, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_undelivered, "topic", null), "arn", null)) }, emails = lookup(var.on_undelivered, "emails", null) == null ? [] : lookup(var.on_undelivered, "emails", null) == null ? null : tolist([for text in lookup(var.on_undelivered, "emails", null) : tostring(text)]), rotate = lookup(var.on_undelivered, "rotate", null) == null ? false : tobool(lookup(var.on_undelivered, "rotate", null)) }).topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", (var.on_undelivered == null ? null : { topic = lookup(var.on_undelivered, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_undelivered, "topic", null), "arn", null)) }, emails = lookup(var.on_undelivered, "emails", null) == null ? [] : lookup(var.on_undelivered, "emails", null) == null ? null : tolist([for text in lookup(var.on_undelivered, "emails", null) : tostring(text)]), rotate = lookup(var.on_undelivered, "rotate", null) == null ? false : tobool(lookup(var.on_undelivered, "rotate", null)) }).topic.arn)))
    error_message = "on_undelivered.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard."
  }

  validation {
    condition     = alltrue([for e in flatten((var.on_undelivered == null ? null : { topic = lookup(var.on_undelivered, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_undelivered, "topic", null), "arn", null)) }, emails = lookup(var.on_undelivered, "emails", null) == null ? [] : lookup(var.on_undelivered, "emails", null) == null ? null : tolist([for text in lookup(var.on_undelivered, "emails", null) : tostring(text)]), rotate = lookup(var.on_undelivered, "rotate", null) == null ? false : tobool(lookup(var.on_undelivered, "rotate", null)) }).emails) : can(regex("^[^\\s@<>\",;]+@[^\\s@<>\",;]+\\.[^\\s@<>\",;]+$", e))]) && ((var.on_undelivered == null ? null : { topic = lookup(var.on_undelivered, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_undelivered, "topic", null), "arn", null)) }, emails = lookup(var.on_undelivered, "emails", null) == null ? [] : lookup(var.on_undelivered, "emails", null) == null ? null : tolist([for text in lookup(var.on_undelivered, "emails", null) : tostring(text)]), rotate = lookup(var.on_undelivered, "rotate", null) == null ? false : tobool(lookup(var.on_undelivered, "rotate", null)) }).topic == null || length((var.on_undelivered == null ? null : { topic = lookup(var.on_undelivered, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_undelivered, "topic", null), "arn", null)) }, emails = lookup(var.on_undelivered, "emails", null) == null ? [] : lookup(var.on_undelivered, "emails", null) == null ? null : tolist([for text in lookup(var.on_undelivered, "emails", null) : tostring(text)]), rotate = lookup(var.on_undelivered, "rotate", null) == null ? false : tobool(lookup(var.on_undelivered, "rotate", null)) }).emails) == 0)
    error_message = "on_undelivered.emails must be bare e-mail addresses, such as ops@example.com. With topic there are none: subscribe them to that topic."
  }
}

variable "on_reported" {
  type        = any
  description = "What follows when the recipient reports a handoff as not theirs. Its shape: { topic? = { arn }, emails?, rotate? }."
  default     = {}
  nullable    = false

  validation {
    condition     = var.on_reported == null || can(keys(var.on_reported))
    error_message = "on_reported must be an object: { topic? = { arn }, emails?, rotate? }."
  }

  validation {
    condition     = length(flatten([for item in var.on_reported[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, emails, rotate.", "on_reported", key) if !contains(["topic", "emails", "rotate"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "on_reported"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "on_reported"), key) if !contains(keys(inner), key)])]))])) == 0
    error_message = join(" ", flatten([for item in var.on_reported[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are topic, emails, rotate.", "on_reported", key) if !contains(["topic", "emails", "rotate"], key)], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn.", format("%s.topic", "on_reported"), key) if !contains(["arn"], key)], [for key in ["arn"] : format("%s needs %s.", format("%s.topic", "on_reported"), key) if !contains(keys(inner), key)])]))]))
  }

  validation {
    condition     = length(flatten([for item in var.on_reported[*] : concat([for key in ["rotate"] : format("%s.%s must be true or false.", "on_reported", key) if !can(tobool(lookup(item, key, null)))], [for key in ["emails"] : format("%s.%s must be a list of texts.", "on_reported", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "on_reported"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "on_reported"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))])) == 0
    error_message = join(" ", flatten([for item in var.on_reported[*] : concat([for key in ["rotate"] : format("%s.%s must be true or false.", "on_reported", key) if !can(tobool(lookup(item, key, null)))], [for key in ["emails"] : format("%s.%s must be a list of texts.", "on_reported", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], flatten([for inner in lookup(item, "topic", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.topic", "on_reported"), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["arn"] : format("%s.%s is null.", format("%s.topic", "on_reported"), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))]))
  }

  validation {
    condition     = (try((var.on_reported == null ? null : { topic = lookup(var.on_reported, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_reported, "topic", null), "arn", null)) }, emails = lookup(var.on_reported, "emails", null) == null ? [] : lookup(var.on_reported, "emails", null) == null ? null : tolist([for text in lookup(var.on_reported, "emails", null) : tostring(text)]), rotate = lookup(var.on_reported, "rotate", null) == null ? false : tobool(lookup(var.on_reported, "rotate", null)) }).topic.arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]*:\\d{12}:[\\w-]+([.]fifo)?$", (var.on_reported == null ? null : { topic = lookup(var.on_reported, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_reported, "topic", null), "arn", null)) }, emails = lookup(var.on_reported, "emails", null) == null ? [] : lookup(var.on_reported, "emails", null) == null ? null : tolist([for text in lookup(var.on_reported, "emails", null) : tostring(text)]), rotate = lookup(var.on_reported, "rotate", null) == null ? false : tobool(lookup(var.on_reported, "rotate", null)) }).topic.arn)))
    error_message = "on_reported.topic.arn must be a whole ARN, arn:aws:sns:REGION:ACCOUNT:NAME, without a wildcard."
  }

  validation {
    condition     = alltrue([for e in flatten((var.on_reported == null ? null : { topic = lookup(var.on_reported, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_reported, "topic", null), "arn", null)) }, emails = lookup(var.on_reported, "emails", null) == null ? [] : lookup(var.on_reported, "emails", null) == null ? null : tolist([for text in lookup(var.on_reported, "emails", null) : tostring(text)]), rotate = lookup(var.on_reported, "rotate", null) == null ? false : tobool(lookup(var.on_reported, "rotate", null)) }).emails) : can(regex("^[^\\s@<>\",;]+@[^\\s@<>\",;]+\\.[^\\s@<>\",;]+$", e))]) && ((var.on_reported == null ? null : { topic = lookup(var.on_reported, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_reported, "topic", null), "arn", null)) }, emails = lookup(var.on_reported, "emails", null) == null ? [] : lookup(var.on_reported, "emails", null) == null ? null : tolist([for text in lookup(var.on_reported, "emails", null) : tostring(text)]), rotate = lookup(var.on_reported, "rotate", null) == null ? false : tobool(lookup(var.on_reported, "rotate", null)) }).topic == null || length((var.on_reported == null ? null : { topic = lookup(var.on_reported, "topic", null) == null ? null : { arn = tostring(lookup(lookup(var.on_reported, "topic", null), "arn", null)) }, emails = lookup(var.on_reported, "emails", null) == null ? [] : lookup(var.on_reported, "emails", null) == null ? null : tolist([for text in lookup(var.on_reported, "emails", null) : tostring(text)]), rotate = lookup(var.on_reported, "rotate", null) == null ? false : tobool(lookup(var.on_reported, "rotate", null)) }).emails) == 0)
    error_message = "on_reported.emails must be bare e-mail addresses, such as ops@example.com. With topic there are none: subscribe them to that topic."
  }
}

variable "on_delivered" {
  type        = object({ rotate_after = number })
  description = "Rotates the secret so many seconds after it was delivered."
  default     = null
  nullable    = true

  validation {
    condition     = var.on_delivered == null || try(var.on_delivered.rotate_after >= 60 && var.on_delivered.rotate_after <= 2592000, false)
    error_message = "rotate_after is in seconds, from 60 to 2592000 (30 days)."
  }
}

variable "rotation" {
  type        = any
  description = "What the service may rotate: whole ARNs of secrets that have a rotation, and the numbers of the repositories whose handoffs rotate them. Its shape: { secrets = [{ arn, repository_ids, operators? }], limit_per_day?, function_arns? }."
  default     = null
  nullable    = true

  validation {
    condition     = var.rotation == null || can(keys(var.rotation))
    error_message = "rotation must be an object: { secrets = [{ arn, repository_ids, operators? }], limit_per_day?, function_arns? }."
  }

  validation {
    condition     = length(flatten([for item in var.rotation[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are secrets, limit_per_day, function_arns.", "rotation", key) if !contains(["secrets", "limit_per_day", "function_arns"], key)], [for key in ["secrets"] : format("%s needs %s.", "rotation", key) if !contains(keys(item), key)], flatten([for number, inner in lookup(item, "secrets", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn, repository_ids, operators.", format("%s.secrets[%d]", "rotation", number), key) if !contains(["arn", "repository_ids", "operators"], key)], [for key in ["arn", "repository_ids"] : format("%s needs %s.", format("%s.secrets[%d]", "rotation", number), key) if !contains(keys(inner), key)])]))])) == 0
    error_message = join(" ", flatten([for item in var.rotation[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are secrets, limit_per_day, function_arns.", "rotation", key) if !contains(["secrets", "limit_per_day", "function_arns"], key)], [for key in ["secrets"] : format("%s needs %s.", "rotation", key) if !contains(keys(item), key)], flatten([for number, inner in lookup(item, "secrets", null)[*] : concat([for key in keys(inner) : format("%s has %s, which is not a key of it: there are arn, repository_ids, operators.", format("%s.secrets[%d]", "rotation", number), key) if !contains(["arn", "repository_ids", "operators"], key)], [for key in ["arn", "repository_ids"] : format("%s needs %s.", format("%s.secrets[%d]", "rotation", number), key) if !contains(keys(inner), key)])]))]))
  }

  validation {
    condition     = length(flatten([for item in var.rotation[*] : concat([for key in ["limit_per_day"] : format("%s.%s must be a number.", "rotation", key) if !can(tonumber(lookup(item, key, null)))], [for key in ["function_arns"] : format("%s.%s must be a list of texts.", "rotation", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["secrets"] : format("%s.%s is null.", "rotation", key) if contains(keys(item), key) && lookup(item, key, null) == null], flatten([for number, inner in lookup(item, "secrets", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.secrets[%d]", "rotation", number), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["operators"] : format("%s.%s must be true or false.", format("%s.secrets[%d]", "rotation", number), key) if !can(tobool(lookup(inner, key, null)))], [for key in ["repository_ids"] : format("%s.%s must be a list of texts.", format("%s.secrets[%d]", "rotation", number), key) if lookup(inner, key, null) != null && !can([for text in flatten(lookup(inner, key, null)) : regex(".", tostring(text))])], [for key in ["arn", "repository_ids"] : format("%s.%s is null.", format("%s.secrets[%d]", "rotation", number), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))])) == 0
    error_message = join(" ", flatten([for item in var.rotation[*] : concat([for key in ["limit_per_day"] : format("%s.%s must be a number.", "rotation", key) if !can(tonumber(lookup(item, key, null)))], [for key in ["function_arns"] : format("%s.%s must be a list of texts.", "rotation", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["secrets"] : format("%s.%s is null.", "rotation", key) if contains(keys(item), key) && lookup(item, key, null) == null], flatten([for number, inner in lookup(item, "secrets", null)[*] : concat([for key in ["arn"] : format("%s.%s must be a text, and not an empty one.", format("%s.secrets[%d]", "rotation", number), key) if !can(tostring(lookup(inner, key, null))) || try(tostring(lookup(inner, key, null)) == "", false)], [for key in ["operators"] : format("%s.%s must be true or false.", format("%s.secrets[%d]", "rotation", number), key) if !can(tobool(lookup(inner, key, null)))], [for key in ["repository_ids"] : format("%s.%s must be a list of texts.", format("%s.secrets[%d]", "rotation", number), key) if lookup(inner, key, null) != null && !can([for text in flatten(lookup(inner, key, null)) : regex(".", tostring(text))])], [for key in ["arn", "repository_ids"] : format("%s.%s is null.", format("%s.secrets[%d]", "rotation", number), key) if contains(keys(inner), key) && lookup(inner, key, null) == null])]))]))
  }

  validation {
    condition     = ((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }) == null || try(length((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).secrets) > 0 && alltrue([for s in flatten((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).secrets) : (s.arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:\\d{12}:secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}$", s.arn))) && (s.operators || length(s.repository_ids) > 0)]), false)) && alltrue([for each in try((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).function_arns, []) : (each == null || can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\\d{12}:function:[\\w-]+$", each)))])
    error_message = "rotation.secrets needs whole ARNs, with the six characters that Secrets Manager adds, each with repository_ids or operators; rotation.function_arns whole ARNs of functions."
  }

  validation {
    condition     = (var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }) == null || try(try((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).limit_per_day >= 1 && (var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).limit_per_day <= 100 && floor((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).limit_per_day) == (var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).limit_per_day, false) && alltrue([for id in flatten((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).secrets[*].repository_ids) : can(regex("^[1-9][0-9]{0,18}$", id))]) && length(distinct((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).secrets[*].arn)) == length((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).secrets) && length(jsonencode(distinct(flatten((var.rotation == null ? null : { secrets = lookup(var.rotation, "secrets", null) == null ? null : [for each in lookup(var.rotation, "secrets", null) : { arn = tostring(lookup(each, "arn", null)), repository_ids = lookup(each, "repository_ids", null) == null ? null : tolist([for text in lookup(each, "repository_ids", null) : tostring(text)]), operators = lookup(each, "operators", null) == null ? false : tobool(lookup(each, "operators", null)) }], limit_per_day = lookup(var.rotation, "limit_per_day", null) == null ? 3 : tonumber(lookup(var.rotation, "limit_per_day", null)), function_arns = lookup(var.rotation, "function_arns", null) == null ? [] : lookup(var.rotation, "function_arns", null) == null ? null : tolist([for text in lookup(var.rotation, "function_arns", null) : tostring(text)]) }).secrets[*].repository_ids)))) <= 1848, false)
    error_message = "rotation.limit_per_day is whole rotations, from 1 to 100. rotation.secrets has each ARN once, and repository_ids are GitHub's numbers, 1848 characters of them at the most."
  }
}

variable "on_rotated" {
  type        = any
  description = "Starts a workflow (repository_dispatch) when one of these secrets has a new current version. Its shape: { secret_names, repository, connection_arn, event_type?, api_url? }."
  default     = null
  nullable    = true

  validation {
    condition     = var.on_rotated == null || can(keys(var.on_rotated))
    error_message = "on_rotated must be an object: { secret_names, repository, connection_arn, event_type?, api_url? }."
  }

  validation {
    condition     = length(flatten([for item in var.on_rotated[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are secret_names, repository, connection_arn, event_type, api_url.", "on_rotated", key) if !contains(["secret_names", "repository", "connection_arn", "event_type", "api_url"], key)], [for key in ["secret_names", "repository", "connection_arn"] : format("%s needs %s.", "on_rotated", key) if !contains(keys(item), key)])])) == 0
    error_message = join(" ", flatten([for item in var.on_rotated[*] : concat([for key in keys(item) : format("%s has %s, which is not a key of it: there are secret_names, repository, connection_arn, event_type, api_url.", "on_rotated", key) if !contains(["secret_names", "repository", "connection_arn", "event_type", "api_url"], key)], [for key in ["secret_names", "repository", "connection_arn"] : format("%s needs %s.", "on_rotated", key) if !contains(keys(item), key)])]))
  }

  validation {
    condition     = length(flatten([for item in var.on_rotated[*] : concat([for key in ["repository", "connection_arn", "event_type", "api_url"] : format("%s.%s must be a text, and not an empty one.", "on_rotated", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["secret_names"] : format("%s.%s must be a list of texts.", "on_rotated", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["secret_names", "repository", "connection_arn"] : format("%s.%s is null.", "on_rotated", key) if contains(keys(item), key) && lookup(item, key, null) == null])])) == 0
    error_message = join(" ", flatten([for item in var.on_rotated[*] : concat([for key in ["repository", "connection_arn", "event_type", "api_url"] : format("%s.%s must be a text, and not an empty one.", "on_rotated", key) if !can(tostring(lookup(item, key, null))) || try(tostring(lookup(item, key, null)) == "", false)], [for key in ["secret_names"] : format("%s.%s must be a list of texts.", "on_rotated", key) if lookup(item, key, null) != null && !can([for text in flatten(lookup(item, key, null)) : regex(".", tostring(text))])], [for key in ["secret_names", "repository", "connection_arn"] : format("%s.%s is null.", "on_rotated", key) if contains(keys(item), key) && lookup(item, key, null) == null])]))
  }

  validation {
    condition     = ((var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }) == null || try(length((var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }).secret_names) > 0 && alltrue([for n in flatten((var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }).secret_names) : can(regex("^[\\w/+=.@-]+[*]?$", n))]) && can(regex("^[A-Za-z0-9][\\w-]{0,38}/[A-Za-z0-9._-]{1,100}$", (var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }).repository)) && can(regex("^[^\"\\\\<>\\s]([^\"\\\\<>\\p{Cc}]{0,98}[^\"\\\\<>\\s])?$", (var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }).event_type)) && can(regex("^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$", (var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }).api_url)), false)) && (try((var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }).connection_arn, null) == null || can(regex("^arn:aws[a-z-]*:events:[a-z0-9-]*:\\d{12}:connection/[\\w.-]+/[0-9a-f-]+$", (var.on_rotated == null ? null : { secret_names = lookup(var.on_rotated, "secret_names", null) == null ? null : tolist([for text in lookup(var.on_rotated, "secret_names", null) : tostring(text)]), repository = tostring(lookup(var.on_rotated, "repository", null)), connection_arn = tostring(lookup(var.on_rotated, "connection_arn", null)), event_type = lookup(var.on_rotated, "event_type", null) == null ? "secret-label-updated" : tostring(lookup(var.on_rotated, "event_type", null)), api_url = lookup(var.on_rotated, "api_url", null) == null ? "https://api.github.com" : tostring(lookup(var.on_rotated, "api_url", null)) }).connection_arn)))
    error_message = "on_rotated needs secret_names, each the name of a secret, or what names begin with and one * after it; repository as owner/name; and connection_arn, the whole ARN of an EventBridge connection. event_type has 1 to 100 characters without quotes, api_url is an https URL."
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
