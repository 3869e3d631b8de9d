import { html } from "hono/html";
import { type CartLine, cartLines, MAX_PIECES, priceText } from "../catalog.ts";
import { ButtonForm } from "../ui/forms.tsx";
import { ItemIcon } from "../ui/icons.tsx";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";
import { ItemForm } from "./home.tsx";

/** @param props.cart - item names, one entry per piece */
export function CartPage({ frame, cart }: { readonly frame: Frame; readonly cart: readonly string[] }) {
  const lines = cartLines(cart);
  const total = lines.reduce((sum, { price = 0 }) => sum + price, 0);
  return (
    <Layout title="Your cart" frame={frame}>
      <div class="columns wide">
        <section aria-labelledby="items">
          <h2 id="items">Items</h2>
          {lines.length === 0 ? (
            <p>
              Your cart is empty. <a href="/">Browse the shop.</a>
            </p>
          ) : (
            <ul class="cart">
              {lines.map((line) => (
                <Line line={line} />
              ))}
            </ul>
          )}
          {total > 0 && (
            <p class="total">
              Total <span class="price">{priceText(total)}</span>
            </p>
          )}
          <p class="printed">{printedCart(cart)}</p>
          <p class="hint">This is the list as your session stores it.</p>
        </section>
        <ItemForm />
      </div>
    </Layout>
  );
}

function Line({ line: { item, title, quantity, price } }: { readonly line: CartLine }) {
  const setTo = (pieces: number) => ({ item, quantity: String(pieces) });
  return (
    <li>
      <span class="picture">
        <ItemIcon name={item} />
      </span>
      <span class="what">
        <strong>{title}</strong>
        <span class="price">{price === undefined ? "not sold here" : priceText(price)}</span>
      </span>
      <div class="stepper">
        <ButtonForm action="/cart/quantity" fields={setTo(quantity - 1)} quiet>
          <span aria-hidden="true">−</span>
          <span class="unseen">Remove one {title}</span>
        </ButtonForm>
        <span class="quantity">
          {quantity}
          <span class="unseen"> pieces</span>
        </span>
        {quantity < MAX_PIECES && (
          <ButtonForm action="/cart/quantity" fields={setTo(quantity + 1)} quiet>
            <span aria-hidden="true">+</span>
            <span class="unseen">Add one {title}</span>
          </ButtonForm>
        )}
      </div>
      <ButtonForm action="/cart/quantity" fields={setTo(0)} quiet>
        Remove <span class="unseen">all of {title}</span>
      </ButtonForm>
    </li>
  );
}

/** The cart in the notation of a Python list, as session tutorials print it. */
function printedCart(cart: readonly string[]) {
  const items = cart.map((item, index) => html`${index > 0 && ", "}'${item}'`);
  return html`Cart: [${items}]`;
}
