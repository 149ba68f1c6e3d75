import type { AppViewRoute } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';

/** Stylesheets of other sites. The content security policy blocks them, so the browser would report an error on each visit. */
const FOREIGN_STYLESHEET = /<link\b[^>]*\bhref="https?:[^>]*>/g;

/** The pages of bull-board without content from other sites. */
export class BoardPages extends ExpressAdapter {
  constructor() {
    super();
    // The same settings as in the API's Express application, which this one does not inherit.
    this.app.disable('x-powered-by').set('etag', false);
  }

  override setEntryRoute(entry: AppViewRoute): this {
    this.app[entry.method](entry.route, (_request, response, next) => {
      const { name, params } = entry.handler({ basePath: this.basePath, uiConfig: this.uiConfig });
      response.render(name, params, (error: Error | null, html) => {
        if (error) next(error);
        else response.send(html.replaceAll(FOREIGN_STYLESHEET, ''));
      });
    });
    return this;
  }
}
