import type { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import { Palette } from './palette';
import type { PaletteShell } from './palette-actions';
import type { PaletteEntry } from './palette-entries';

/** Opens the palette, and runs the entry that the user chose, when the focus is back on the page. */
export async function openPalette(dialog: MatDialog, shell: PaletteShell): Promise<void> {
  const opened = dialog.open<Palette, PaletteShell, PaletteEntry>(Palette, {
    ...{ data: shell, width: '640px', maxWidth: '94vw', position: { top: '10vh' } },
    ...{ ariaLabel: 'Search pages, targets, agents and actions', autoFocus: 'input' },
    ...{ enterAnimationDuration: 0, exitAnimationDuration: 0 },
  });
  const chosen = await firstValueFrom(opened.afterClosed());
  chosen?.run();
}
