"""Pages as a browser shows them: run where Debian's Chromium, Playwright and axe-core are found."""
