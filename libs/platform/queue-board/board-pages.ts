import type { AppViewRoute } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';

/** Stylesheets of other sites. The content security policy refuses them, so the browser would report an error on each visit. */
const FOREIGN_STYLESHEET = /<link\b[^>]*\bhref="https?:[^>]*>/g;

/** The pages of bull-board, loading nothing from other sites. */
export class BoardPages extends ExpressAdapter {
  constructor() {
    super();
    // As in the API's own application, which does not pass its settings on.
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
