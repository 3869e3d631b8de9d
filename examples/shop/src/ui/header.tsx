import type { Frame, Visitor } from "../web/frame.ts";
import { TicketIcon } from "./icons.tsx";

/** The header of every page: the name of the shop, the navigation and the account. */
export function Header({ frame: { visitor, path } }: { readonly frame: Frame }) {
  const pieces = visitor.area === "shop" ? visitor.pieces : 0;
  const links = [
    ["/", "Shop"],
    ["/view_cart", pieces > 0 ? `Cart (${pieces})` : "Cart"],
    ["/scenarios", "Scenarios"],
  ] as const;
  const isHere = (href: string) => (href === "/" ? path === "/" : path.startsWith(href));
  return (
    <header class="masthead">
      <a class="brand" href="/">
        <TicketIcon />
        <span>
          coatcheck <em>shop</em>
        </span>
      </a>
      <nav aria-label="Shop">
        <ul>
          {links.map(([href, label]) => (
            <li>
              <a href={href} aria-current={isHere(href) ? "page" : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Account visitor={visitor} path={path} />
    </header>
  );
}

function Account({ visitor, path }: { readonly visitor: Visitor; readonly path: string }) {
  if (visitor.area === "admin") return <p class="account">{visitor.user && `${visitor.user}, admin`}</p>;
  if (visitor.area === "shop" && visitor.user !== undefined) {
    return (
      <div class="account">
        <a href="/dashboard" aria-current={path === "/dashboard" ? "page" : undefined}>
          {visitor.user}
        </a>
        <LogoutForm />
      </div>
    );
  }
  const [href, label] = visitor.area === "shop" ? ["/login", "Log in"] : ["/dashboard", "Your account"];
  return (
    <div class="account">
      <a class="button quiet" href={href} aria-current={path === href ? "page" : undefined}>
        {label}
      </a>
    </div>
  );
}

/** It needs no token: the check of the request headers protects it. */
function LogoutForm() {
  return (
    <form method="post" action="/logout">
      <button type="submit" class="quiet">
        Log out
      </button>
    </form>
  );
}
