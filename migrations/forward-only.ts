/** Migrations only go forward: an older state comes back from a backup. */
export function refuseDown(): Promise<never> {
  return Promise.reject(new Error('Migrations are forward only. Restore a backup to go back.'));
}
