# Made from packages/cdktf by "npm run module". Change the construct, not this file.

output "role_arn" {
  value = aws_iam_role.sender_role.arn
}

output "role_name" {
  value = aws_iam_role.sender_role.name
}
