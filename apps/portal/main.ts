import { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideRouter, withComponentInputBinding, withInMemoryScrolling } from '@angular/router';
import { renewSession } from '@icmp-mon/identity/ui';
import { routes } from './app.routes';
import { Portal } from './portal';
import { readTimeout } from './read-timeout';

bootstrapApplication(Portal, {
  providers: [
    provideZonelessChangeDetection(),
    provideRouter(routes, withComponentInputBinding(), withInMemoryScrolling({ scrollPositionRestoration: 'enabled' })),
    provideHttpClient(withFetch(), withInterceptors([renewSession, readTimeout])),
  ],
}).catch((failure: unknown) => {
  console.error('The portal could not start.', failure);
});
