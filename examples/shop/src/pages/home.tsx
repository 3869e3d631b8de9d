import { catalog, type Product, priceText } from "../catalog.ts";
import { storageDescriptions } from "../sessions/storage-kind.ts";
import { ButtonForm, CredentialFields, ThemeField } from "../ui/forms.tsx";
import { ItemIcon } from "../ui/icons.tsx";
import { Layout, SHOP } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** Props of {@link HomePage}. */
export interface HomeProps {
  readonly frame: Frame;
  /** The logged-in user. */
  readonly user: string | undefined;
  /** The name that a visitor has given without an account. */
  readonly username: string | undefined;
  /** The number of pieces in the cart. */
  readonly pieces: number;
}

export function HomePage(props: HomeProps) {
  return (
    <Layout title={SHOP} frame={props.frame} hasOwnHeading>
      <div class="hero">
        <div>
          <p class="eyebrow">Outfitters with a memory</p>
          <h1>Leave your coat, keep the ticket</h1>
          <p class="lead">
            A small shop that shows what sessions do. Fill the cart, log in, switch to another storage, restart the
            server: everything is still there.
          </p>
        </div>
        <Ticket {...props} />
      </div>
      <section aria-labelledby="goods">
        <h2 id="goods">On the rack</h2>
        <ul class="products">
          {catalog.map((product) => (
            <ProductCard product={product} />
          ))}
        </ul>
      </section>
      <div class="columns wide">
        <div class="stack">
          <ItemForm />
          <NameForm />
        </div>
        {props.user === undefined && <LoginForm />}
      </div>
    </Layout>
  );
}

/** The content of the current session. */
function Ticket({ frame, user, username, pieces }: HomeProps) {
  const { kind } = frame.storage;
  return (
    <section class="ticket" aria-labelledby="ticket">
      <h2 id="ticket">Your ticket</h2>
      <dl>
        <dt>Stored</dt>
        <dd>
          {kind}: {storageDescriptions[kind].summary}
        </dd>
        <dt>Account</dt>
        <dd>{user ?? "not logged in"}</dd>
        <dt>Name</dt>
        <dd>
          <a href="/get_session">{username ?? "Guest"}</a>
        </dd>
        <dt>Cart</dt>
        <dd>
          <a href="/view_cart">{pieces} in the cart</a>
        </dd>
        <dt>Dashboard</dt>
        <dd>
          <a href="/dashboard">{user === undefined ? "log in to open it" : "theme, devices, password"}</a>
        </dd>
      </dl>
    </section>
  );
}

function ProductCard({ product: { item, title, note, price } }: { readonly product: Product }) {
  return (
    <li class="product">
      <div class={`picture ${item}`}>
        <ItemIcon name={item} />
      </div>
      <h3>{title}</h3>
      <p>{note}</p>
      <div class="buy">
        <span class="price">{priceText(price)}</span>
        <ButtonForm action="/add_to_cart" fields={{ item }}>
          Add <span class="unseen">{title} to the cart</span>
        </ButtonForm>
      </div>
    </li>
  );
}

/** Adds any text to the cart, also items that the shop does not sell. */
export function ItemForm() {
  return (
    <form class="card" method="post" action="/add_to_cart">
      <h2>Something else</h2>
      <p>Type anything, and it goes into your cart.</p>
      <label for="item">Item</label>
      <input id="item" name="item" required autocomplete="off" />
      <button type="submit">Add to cart</button>
    </form>
  );
}

function NameForm() {
  return (
    <form class="card" method="post" action="/set_session">
      <h2>Your name</h2>
      <p>Stored in your session. You need no account for it.</p>
      <label for="name">Name</label>
      <input id="name" name="username" required autocomplete="nickname" />
      <button type="submit">Save</button>
    </form>
  );
}

function LoginForm() {
  return (
    <form class="card" method="post" action="/login">
      <h2>Log in</h2>
      <p>Demo users: Eve with the password secure123, Grace with admin123.</p>
      <CredentialFields />
      <ThemeField theme={undefined} />
      <button type="submit">Log in</button>
    </form>
  );
}
