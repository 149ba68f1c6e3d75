/** Options of `expect.poll` for what the product shows within seconds, with room for a busy machine. */
export const soon = { timeout: 60_000, interval: 200 };
