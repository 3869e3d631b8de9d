import { catalogue, type Product, priceText } from "../catalogue.ts";
import { kindWords } from "../sessions/storage-kind.ts";
import { ButtonForm, CredentialFields, ThemeField } from "../ui/forms.tsx";
import { ItemIcon } from "../ui/icons.tsx";
import { Layout, SHOP } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** What the home page shows. */
export interface HomeProps {
  readonly frame: Frame;
  /** Who is logged in. */
  readonly user: string | undefined;
  readonly username: string | undefined;
  /** How many pieces are in the cart. */
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
            A small shop that shows what sessions do: fill the cart, log in, change where the session is kept, restart
            the server, and find everything as it was.
          </p>
        </div>
        <Ticket {...props} />
      </div>
      <section aria-labelledby="goods">
        <h2 id="goods">On the rail</h2>
        <ul class="products">
          {catalogue.map((product) => (
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

/** What the session of this browser says. */
function Ticket({ frame, user, username, pieces }: HomeProps) {
  const { kind } = frame.kind;
  return (
    <section class="ticket" aria-labelledby="ticket">
      <h2 id="ticket">Your ticket</h2>
      <dl>
        <dt>Kept in</dt>
        <dd>
          {kind}: {kindWords[kind].what}
        </dd>
        <dt>Logged in</dt>
        <dd>{user ?? "nobody"}</dd>
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
          <a href="/dashboard">{user === undefined ? "after a login" : "theme, devices, password"}</a>
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

/** Whatever the shop does not sell: the form of the tutorials. */
export function ItemForm() {
  return (
    <form class="card" method="post" action="/add_to_cart">
      <h2>Something else</h2>
      <p>Write down what is to go into the cart.</p>
      <label for="item">Item</label>
      <input id="item" name="item" required autocomplete="off" />
      <button type="submit">Add to cart</button>
    </form>
  );
}

function NameForm() {
  return (
    <form class="card" method="post" action="/set_session">
      <h2>Say who you are</h2>
      <p>No account is needed for a name.</p>
      <label for="name">Name</label>
      <input id="name" name="username" required autocomplete="nickname" />
      <button type="submit">Remember me</button>
    </form>
  );
}

function LoginForm() {
  return (
    <form class="card" method="post" action="/login">
      <h2>Log in</h2>
      <p>Eve has the password secure123, and Grace admin123.</p>
      <CredentialFields />
      <ThemeField theme={undefined} />
      <button type="submit">Log in</button>
    </form>
  );
}
