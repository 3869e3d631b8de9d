/** Something that the shop sells. */
export interface Product {
  /** What is put into the cart. */
  readonly item: string;
  readonly title: string;
  readonly note: string;
  /** Euros. */
  readonly price: number;
}

export const catalogue: readonly Product[] = [
  { item: "coat", title: "Wool coat", note: "Deep pockets, and a loop to hang it by", price: 240 },
  { item: "hat", title: "Felt hat", note: "Keeps its shape in the rain", price: 65 },
  { item: "umbrella", title: "Umbrella", note: "Eight ribs, a maple handle", price: 48 },
  { item: "scarf", title: "Scarf", note: "Two metres of lambswool", price: 39 },
  { item: "gloves", title: "Gloves", note: "Lined, and on a string if you like", price: 42 },
  { item: "bag", title: "Canvas bag", note: "Takes all of the above", price: 55 },
  { item: "book", title: "Book", note: "For the wait at the counter", price: 18 },
  { item: "pen", title: "Pen", note: "Writes on tickets", price: 6 },
];

/** How many of one item a cart takes: what has two digits. */
export const MAX_PIECES = 99;

/** A line of a cart: equal items together, in the order in which they came. */
export interface CartLine {
  readonly item: string;
  readonly title: string;
  readonly quantity: number;
  /** Euros for all of them; `undefined` for what the shop does not sell. */
  readonly price: number | undefined;
}

/** @param cart - names of items, once for each piece */
export function cartLines(cart: readonly string[]): readonly CartLine[] {
  return [...new Set(cart)].map((item) => {
    const product = catalogue.find((one) => one.item === item);
    const quantity = cart.filter((one) => one === item).length;
    return { item, title: product?.title ?? item, quantity, price: product && product.price * quantity };
  });
}

/** @param price - euros */
export function priceText(price: number): string {
  return `€ ${price}`;
}
