import type { Routes } from '@angular/router';
import { Dashboard } from './dashboard';

export const statusRoutes: Routes = [{ path: '', component: Dashboard }];
