import { html } from "hono/html";
import { type CartLine, cartLines, MAX_PIECES, priceText } from "../catalogue.ts";
import { ButtonForm } from "../ui/forms.tsx";
import { ItemIcon } from "../ui/icons.tsx";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";
import { ItemForm } from "./home.tsx";

/** @param props.cart - names of items, once for each piece */
export function CartPage({ frame, cart }: { readonly frame: Frame; readonly cart: readonly string[] }) {
  const lines = cartLines(cart);
  const total = lines.reduce((sum, { price = 0 }) => sum + price, 0);
  return (
    <Layout title="Your cart" frame={frame}>
      <div class="columns wide">
        <section aria-labelledby="items">
          <h2 id="items">What you took</h2>
          {lines.length === 0 ? (
            <p>
              Nothing yet. <a href="/">Have a look round.</a>
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
              Together <span class="price">{priceText(total)}</span>
            </p>
          )}
          <p class="printed">{printedCart(cart)}</p>
          <p class="hint">That is the list in the session, as a tutorial would print it.</p>
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
        <span class="price">{price === undefined ? "not of this shop" : priceText(price)}</span>
      </span>
      <div class="stepper">
        <ButtonForm action="/cart/quantity" fields={setTo(quantity - 1)} quiet>
          <span aria-hidden="true">−</span>
          <span class="unseen">One {title} less</span>
        </ButtonForm>
        <span class="quantity">
          {quantity}
          <span class="unseen"> pieces</span>
        </span>
        {quantity < MAX_PIECES && (
          <ButtonForm action="/cart/quantity" fields={setTo(quantity + 1)} quiet>
            <span aria-hidden="true">+</span>
            <span class="unseen">One {title} more</span>
          </ButtonForm>
        )}
      </div>
      <ButtonForm action="/cart/quantity" fields={setTo(0)} quiet>
        Remove <span class="unseen">{title}</span>
      </ButtonForm>
    </li>
  );
}

/** The cart as Python would print the list. */
function printedCart(cart: readonly string[]) {
  const items = cart.map((item, index) => html`${index > 0 && ", "}'${item}'`);
  return html`Cart: [${items}]`;
}
