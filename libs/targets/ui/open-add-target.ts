import type { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import type { AddedTargets } from './add-target';

/** Opens the dialog that adds targets. Returns what was added; undefined if the dialog was cancelled. */
export async function openAddTarget(dialog: MatDialog): Promise<AddedTargets | undefined> {
  const { AddTarget } = await import('./add-target');
  return firstValueFrom(dialog.open<unknown, never, AddedTargets>(AddTarget, { width: '520px' }).afterClosed());
}
