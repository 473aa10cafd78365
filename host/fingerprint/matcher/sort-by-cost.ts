/** Sorting within scratch arrays that are longer than what they hold. */

/** Puts the first `count` items and their costs into ascending order of cost: Shell's sort, without allocation. */
export function sortByCost(items: Int32Array, cost: Float64Array, count: number): void {
  for (let gap = count > 60 ? 23 : count > 12 ? 7 : 1; ; gap = gap > 7 ? 7 : 1) {
    for (let n = gap; n < count; n++) {
      const item = items[n]!;
      const value = cost[n]!;
      let at = n;
      while (at >= gap && cost[at - gap]! > value) {
        items[at] = items[at - gap]!;
        cost[at] = cost[at - gap]!;
        at -= gap;
      }
      items[at] = item;
      cost[at] = value;
    }
    if (gap === 1) break;
  }
}
