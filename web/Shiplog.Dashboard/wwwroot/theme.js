// Runs before the first paint, so that a chosen theme does not flash.
(() => {
  const root = document.documentElement;
  const chosen = localStorage.getItem('shiplog-theme');
  if (chosen === 'light' || chosen === 'dark') root.dataset.theme = chosen;
  window.shiplog = {
    toggleTheme() {
      const now = root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
      root.dataset.theme = now === 'dark' ? 'light' : 'dark';
      localStorage.setItem('shiplog-theme', root.dataset.theme);
    },
    show(id) {
      document.getElementById(id)?.scrollIntoView({ block: 'center' });
    },
  };
})();
