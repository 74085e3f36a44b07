/**
 * SSH keys in age files, for what encrypts and what decrypts. Apart from the rest, so that nothing else loads it.
 * @module recipient-keys
 */

export { isForSshKey, type SshPrivateKey, sshIdentity, sshRecipient } from "./age.ts";
export { parseSshPublicKey, type SshPublicKey, sshPublicKeyOf, WireReader } from "./ssh-public-key.ts";
