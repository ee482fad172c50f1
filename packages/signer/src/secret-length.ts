/** The fewest characters of a webhook secret; the platform's have 43. */
export const minWebhookSecretLength = 16

/** The fewest bytes of a key store's passphrase: what scrypt protects can be guessed at leisure. */
export const minPassphraseLength = 12
