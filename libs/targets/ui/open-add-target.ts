import type { MatDialog } from '@angular/material/dialog';
import type { TargetView } from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';

/** Opens the dialog that adds a target. Returns the new target; undefined if the dialog was cancelled. */
export async function openAddTarget(dialog: MatDialog): Promise<TargetView | undefined> {
  const { AddTarget } = await import('./add-target');
  return firstValueFrom(dialog.open<unknown, never, TargetView>(AddTarget, { width: '440px' }).afterClosed());
}
