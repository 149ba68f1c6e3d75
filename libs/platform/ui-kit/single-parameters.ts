import { Injectable } from '@angular/core';
import { DefaultUrlSerializer, type UrlTree } from '@angular/router';

/** Reads addresses so that a query parameter that is given several times has its first value: pages take each as one text. */
@Injectable()
export class SingleParameters extends DefaultUrlSerializer {
  override parse(url: string): UrlTree {
    const tree = super.parse(url);
    for (const [name, value] of Object.entries(tree.queryParams as Record<string, string | string[]>)) {
      if (Array.isArray(value)) tree.queryParams[name] = value[0];
    }
    return tree;
  }
}
