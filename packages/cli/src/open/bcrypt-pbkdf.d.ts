declare module "bcrypt-pbkdf" {
  const bcrypt: {
    /** Fills `key`, the fifth argument. @returns 0, or -1 where an argument is out of bounds */
    readonly pbkdf: (
      ...args: [
        passphrase: Uint8Array,
        passphraseLength: number,
        salt: Uint8Array,
        saltLength: number,
        key: Uint8Array,
        keyLength: number,
        rounds: number,
      ]
    ) => 0 | -1;
  };
  export default bcrypt;
}
