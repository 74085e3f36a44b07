# Made from packages/cdktf by "npm run module". Change the construct, not this file.

locals {
  alarm_topic_arn           = var.alarms.topic == null ? one(aws_sns_topic.alarms_topic[*].arn) : var.alarms.topic.arn
  approvers                 = concat([for o in var.operators : { name = replace(o.principal, "/:role/.*//", ":role/"), many = can(regex(":role/.*AWSReservedSSO_", o.principal)), roles = o.roles == null ? [] : o.roles, classes = o.classes == null ? var.classes[*].name : o.classes } if contains(o.may, "approve")], [for s in var.senders : { name = "${s.environment == null ? "none" : s.environment} of ${s.repository_id == null ? (s.repository == null ? "any" : s.repository) : s.repository_id}", many = s.repository_id == null && s.repository == null, roles = s.roles == null ? [] : s.roles, classes = s.classes == null ? var.classes[*].name : s.classes } if contains(s.may, "approve")])
  classes_without_approvers = jsonencode([for c in var.classes : [c.name, c.approvals]]) == jsonencode([["production-admin", ["security", "manager"]], ["database-access", ["manager"]], ["api-key", ["team lead"]], ["third-party-service", []], ["internal-tool", []]]) ? [] : distinct([for s in local.role_sets : s.class if !anytrue([for a in local.approvers : a.many && contains(a.classes, s.class) && length(setintersection(a.roles, s.roles)) > 0]) && length(distinct([for a in local.approvers : a.name if contains(a.classes, s.class) && length(setintersection(a.roles, s.roles)) > 0])) < length(s.roles)])
  functions                 = coalesce(var.functions, "${path.module}/functions")
  policy = jsonencode(merge({
    issuer    = var.issuer
    issuers   = [for item in var.issuers : { for key, value in { issuer = item.issuer, jwksUrl = item.jwks_url, claims = item.claims } : key => value if value != null }]
    senders   = [for item in var.senders : { for key, value in { repositoryId = item.repository_id, repository = item.repository, ownerId = item.owner_id, environment = item.environment, workflow = item.workflow, ref = item.ref, events = item.events, issuer = item.issuer, claims = item.claims, classes = item.classes, roles = item.roles, may = item.may } : key => value if value != null }]
    operators = [for item in var.operators : { for key, value in { principal = item.principal, classes = item.classes, roles = item.roles, may = item.may } : key => value if value != null }]
    classes   = [for item in var.classes : { for key, value in { name = item.name, expiresWithin = item.expires_within, passphrase = item.passphrase, approvals = item.approvals, verification = item.verification, environments = item.environments, reasonRequired = item.reason_required, recipientDomains = item.recipient_domains, receiptRequired = item.receipt_required, reviewerRequired = item.reviewer_required, rerunAsksAnew = item.rerun_asks_anew } : key => value if value != null }]
  }, var.jwks_url == null ? {} : { jwksUrl = var.jwks_url }, { approvalSeconds = var.approval_lifetime }, var.github_api_url == null ? {} : { githubApi = var.github_api_url }, var.company == null ? {} : { company = { for key, value in { name = var.company.name, contact = var.company.contact, accentColor = var.company.accent_color, accentColorDark = var.company.accent_color_dark } : key => value if value != null } }))
  reported_topic_arn    = var.on_reported.topic == null ? one(aws_sns_topic.reported_topic[*].arn) : var.on_reported.topic.arn
  role_sets             = flatten([for c in var.classes : [for n in range(1, min(pow(2, length(distinct(c.approvals))), 1024)) : { class = c.name, roles = [for i, r in distinct(c.approvals) : r if floor(n / pow(2, i)) % 2 == 1] }]])
  rotating              = var.rotation != null && (var.on_undelivered.rotate || var.on_reported.rotate || var.on_delivered != null)
  rotating_events       = concat(var.on_undelivered.rotate ? ["expired", "locked", "unconfirmed", "bounced"] : [], var.on_reported.rotate ? ["reported"] : [], var.on_delivered != null ? ["acknowledged"] : [])
  ses                   = var.ses != null
  undelivered_topic_arn = var.on_undelivered.topic == null ? one(aws_sns_topic.undelivered_topic[*].arn) : var.on_undelivered.topic.arn
}
