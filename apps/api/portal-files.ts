import { existsSync } from 'node:fs';
import path from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';

/** Files whose name the build changes with their content. */
const HASHED = /\/((main|chunk|styles|polyfills|scripts)-[\w-]{8}\.(js|css)|media\/.+-[\w-]{8}\.\w+)$/;
/** A missing file must not look like a page; an address at the end of a path is no file. */
const FILE = /\.[a-z][a-z0-9]{1,10}$/i;
const PAGE = 'index.html';
const NOT_PAGES = /^\/(api|livez|readyz|metrics)(\/|$)/;

/** Serves the portal's build; every path of the portal's own routes gets the page. */
export function servePortal(app: NestExpressApplication, directory: string): void {
  const page = path.join(directory, PAGE);
  app.use(
    express.static(directory, {
      index: false,
      redirect: false,
      setHeaders: (response, file) => {
        response.setHeader('Cache-Control', HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  app.use((request: Request, response: Response, next: NextFunction) => {
    const wantsPage = ['GET', 'HEAD'].includes(request.method) && request.accepts(['html', 'json']) === 'html';
    if (!wantsPage || NOT_PAGES.test(request.path) || FILE.test(request.path) || !existsSync(page)) return next();
    response.setHeader('Cache-Control', 'no-cache');
    // Below its root, because a path through a hidden folder is refused.
    response.sendFile(PAGE, { root: directory });
  });
}
