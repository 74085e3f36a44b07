/** What is used of the client, and no more: loaded with the first mail, and a bundler can leave the rest out. */
export { GetEmailIdentityCommand, SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
