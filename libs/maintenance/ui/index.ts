import type { MatDialog } from '@angular/material/dialog';
import type { Routes } from '@angular/router';

/** Pages below `/maintenance`. */
export const maintenanceRoutes: Routes = [
  { path: '', loadComponent: () => import('./maintenance-page').then((page) => page.MaintenancePage) },
  { path: 'new', loadComponent: () => import('./window-form').then((page) => page.WindowForm) },
  { path: 'import', loadComponent: () => import('./import-page').then((page) => page.ImportNotices) },
  { path: ':id', loadComponent: () => import('./window-page').then((page) => page.WindowPageView) },
  { path: ':id/amend', loadComponent: () => import('./window-form').then((page) => page.WindowForm) },
];

/** Loads and opens the dialog that silences a scope. */
export const openSilence = async (dialog: MatDialog, scope: string): Promise<void> => {
  const { openSilenceDialog } = await import('./silence-dialog');
  openSilenceDialog(dialog, scope);
};
