/** The inbox page: everything in it is put there by its script, as text. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Loopwright inbox</title>
<link rel="stylesheet" href="/page/inbox.css">
<script type="module" src="/page/inbox.js"></script>
</head>
<body>
<header>
<h1>Loopwright inbox</h1>
<p id="connection" role="status">Connecting …</p>
<button id="leave" type="button" hidden>Sign out</button>
</header>
<main>
<form id="enter" hidden>
<h2>Sign in</h2>
<p>Open the address that <code>loopwright serve</code> prints, or paste a token that <code>loopwright token add NAME</code> made.</p>
<label for="token">Token</label>
<input id="token" type="password" autocomplete="off" required>
<button type="submit">Sign in</button>
<p id="entering" role="alert"></p>
</form>
<div id="inside" hidden>
<section aria-labelledby="questions-title">
<h2 id="questions-title">Questions</h2>
<p id="questions-count" role="status"></p>
<div id="questions"></div>
</section>
<section aria-labelledby="runs-title">
<h2 id="runs-title">Runs</h2>
<ul id="runs"></ul>
</section>
</div>
<noscript>This page needs its script; every command of it also exists as loopwright gates, decide, list and why.</noscript>
</main>
</body>
</html>
`
