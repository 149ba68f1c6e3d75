import { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideRouter, UrlSerializer, withComponentInputBinding, withInMemoryScrolling } from '@angular/router';
import { renewSession } from '@icmp-mon/identity/ui';
import { SingleParameters } from '@icmp-mon/platform/ui-kit';
import { routes } from './app.routes';
import { Portal } from './portal';
import { readTimeout } from './read-timeout';

bootstrapApplication(Portal, {
  providers: [
    provideZonelessChangeDetection(),
    provideRouter(routes, withComponentInputBinding(), withInMemoryScrolling({ scrollPositionRestoration: 'enabled' })),
    { provide: UrlSerializer, useClass: SingleParameters },
    provideHttpClient(withFetch(), withInterceptors([renewSession, readTimeout])),
  ],
}).catch((failure: unknown) => {
  console.error('The portal failed to start.', failure);
});
