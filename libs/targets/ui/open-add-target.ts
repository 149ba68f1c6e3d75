import type { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import type { AddedTargets } from './add-target';

/** Opens the dialog that adds targets, with an address. Returns what was added; undefined if the dialog was cancelled. */
export async function openAddTarget(dialog: MatDialog, ip = ''): Promise<AddedTargets | undefined> {
  const { AddTarget } = await import('./add-target');
  return firstValueFrom(
    dialog.open<unknown, string, AddedTargets>(AddTarget, { data: ip, width: '520px' }).afterClosed(),
  );
}
