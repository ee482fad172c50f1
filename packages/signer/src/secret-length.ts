/** The fewest characters of a webhook secret; the platform's have 43. */
export const minWebhookSecretLength = 16
