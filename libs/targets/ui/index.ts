import type { Routes } from '@angular/router';
import { TargetList } from './target-list';

export const targetsRoutes: Routes = [{ path: '', component: TargetList }];
