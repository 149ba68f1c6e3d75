import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

export const CLIENT_PATH = '/icmpmon.mjs';

/** Serves the command line client, which contains no secrets: `curl -o icmpmon https://<portal>/icmpmon.mjs`. */
export function serveClient(app: NestExpressApplication, file: string): void {
  app.use(CLIENT_PATH, (request: Request, response: Response, next: NextFunction) => {
    const isAsked = request.path === '/' && ['GET', 'HEAD'].includes(request.method);
    if (!isAsked) return next();
    const headers = {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Disposition': 'attachment; filename="icmpmon.mjs"',
    };
    // A build folder may be hidden (.icmp-mon); a file that is not built is answered like an unknown path.
    response.sendFile(file, { headers, cacheControl: false, dotfiles: 'allow' }, (error) => {
      if (error && !response.headersSent) next();
    });
  });
}
