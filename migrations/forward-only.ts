/** Rejects a rollback: migrations only go forward; to return to an earlier state, restore a backup. */
export function refuseDown(): Promise<never> {
  return Promise.reject(new Error('Migrations are forward only. Restore a backup to go back.'));
}
