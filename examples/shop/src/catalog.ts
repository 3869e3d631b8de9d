/** An item that the shop sells. */
export interface Product {
  /** The name of the item in a cart. */
  readonly item: string;
  readonly title: string;
  readonly note: string;
  /** In euros. */
  readonly price: number;
}

export const catalog: readonly Product[] = [
  { item: "coat", title: "Wool coat", note: "Deep pockets, and a loop to hang it by", price: 240 },
  { item: "hat", title: "Felt hat", note: "Keeps its shape in the rain", price: 65 },
  { item: "umbrella", title: "Umbrella", note: "Eight ribs and a maple handle", price: 48 },
  { item: "scarf", title: "Scarf", note: "Two meters of lambswool", price: 39 },
  { item: "gloves", title: "Gloves", note: "Lined, and on a string if you like", price: 42 },
  { item: "bag", title: "Canvas bag", note: "Holds all of the above", price: 55 },
  { item: "book", title: "Book", note: "For the wait at the counter", price: 18 },
  { item: "pen", title: "Pen", note: "Writes on tickets", price: 6 },
];

/** The most pieces of one item in a cart: the cart page has room for two digits. */
export const MAX_PIECES = 99;

/** A line of the cart page: all pieces of one item. Lines are in the order in which items were first added. */
export interface CartLine {
  readonly item: string;
  readonly title: string;
  readonly quantity: number;
  /** In euros, for all pieces. `undefined` for an item that the shop does not sell. */
  readonly price: number | undefined;
}

/** @param cart - item names, one entry per piece */
export function cartLines(cart: readonly string[]): readonly CartLine[] {
  return [...new Set(cart)].map((item) => {
    const product = catalog.find((candidate) => candidate.item === item);
    const quantity = cart.filter((piece) => piece === item).length;
    return { item, title: product?.title ?? item, quantity, price: product && product.price * quantity };
  });
}

/** @param price - in euros */
export function priceText(price: number): string {
  return `€ ${price}`;
}
