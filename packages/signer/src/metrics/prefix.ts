/** What the name of every metric begins with. */
export const prefix = 'boltwarden_'
