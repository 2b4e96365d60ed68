/** Banq's widget for the pages of others: mounts Banq's pages in an iframe and reports back. */
(() => {
  const banq = new URL(document.currentScript.src).origin;
  const tokenKey = "banq.refreshToken";
  // The option that this Banq sends back in its webhook; the real one is not known to have any.
  const echoed = null;

  class EcommerceBanqWidget {
    constructor({ selector, platformId, onPopUpClose, onPaymentSuccess, ...others }) {
      this.selector = selector;
      this.platformId = platformId;
      this.onPopUpClose = onPopUpClose;
      this.onPaymentSuccess = onPaymentSuccess;
      this.reference = echoed ? others[echoed] : undefined;
      this.receive = this.receive.bind(this);
    }

    bootstrapApp() {
      const host = document.querySelector(this.selector);
      if (!host) {
        throw new Error(`Banq's widget finds no element for ${this.selector}`);
      }
      this.box = document.createElement("div");
      this.box.dataset.banqWidget = "";
      Object.assign(this.box.style, { position: "relative", width: "100%", maxWidth: "440px", margin: "0 auto" });
      this.frame = this.iframe();
      this.box.append(this.frame, this.closeButton());
      host.replaceChildren(this.box);
      window.addEventListener("message", this.receive);
    }

    iframe() {
      const frame = document.createElement("iframe");
      const query = new URLSearchParams({ platformId: this.platformId });
      const refreshToken = localStorage.getItem(tokenKey);
      if (refreshToken) {
        query.set("refreshToken", refreshToken);
      }
      if (this.reference !== undefined) {
        query.set("reference", this.reference);
      }
      frame.src = `${banq}/widget?${query}`;
      frame.title = "Banq";
      frame.name = "banq-widget";
      Object.assign(frame.style, {
        display: "block",
        width: "100%",
        height: "560px",
        border: "0",
        borderRadius: "18px",
        boxShadow: "0 1px 2px rgb(0 0 0 / 12%), 0 10px 30px rgb(0 0 0 / 14%)",
        colorScheme: "light dark",
      });
      return frame;
    }

    closeButton() {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "×";
      button.setAttribute("aria-label", "Close Banq");
      Object.assign(button.style, {
        position: "absolute",
        top: "14px",
        right: "14px",
        width: "36px",
        height: "36px",
        padding: "0",
        border: "0",
        borderRadius: "50%",
        colorScheme: "light dark",
        background: "light-dark(#eceeea, #2b3733)",
        color: "light-dark(#4a5751, #bcc8c3)",
        font: "22px/1 system-ui, sans-serif",
        cursor: "pointer",
      });
      button.addEventListener("click", () => this.close());
      return button;
    }

    /** Takes messages from anywhere, as the real widget does; pages that embed it must not trust its callbacks. */
    receive({ data }) {
      switch (data?.type) {
        case "banq:signed-in":
          localStorage.setItem(tokenKey, data.refreshToken);
          break;
        case "banq:height":
          this.frame.style.height = `${data.height}px`;
          break;
        case "banq:approved":
          this.onPaymentSuccess?.();
          break;
        case "banq:close":
          this.close();
          break;
      }
    }

    close() {
      window.removeEventListener("message", this.receive);
      this.box.remove();
      this.onPopUpClose?.();
    }
  }

  window.ecommerceBanqWidget = EcommerceBanqWidget;
})();
