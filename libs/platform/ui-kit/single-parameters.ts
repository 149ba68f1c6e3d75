import { Injectable } from '@angular/core';
import { DefaultUrlSerializer, type UrlTree } from '@angular/router';

/** Parses URLs so that a repeated query parameter has its first value: pages expect one text per parameter. */
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
