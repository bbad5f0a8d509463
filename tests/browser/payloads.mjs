// Text that would be markup or code if it were ever taken for it. Each would set `window.hit` or leave an element behind.

export const payloads = [
  '<script>window.hit=1</script>',
  '<img src=x onerror="window.hit=1">',
  '<svg onload=window.hit=1>',
  '<svg><script>window.hit=1</script></svg>',
  '"><img src=x onerror=window.hit=1>',
  "'><b onmouseover=window.hit=1>over</b>",
  '</p></article></li></ol><h1>out</h1>',
  '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
  '<a href="javascript:window.hit=1">press</a>',
  'javascript:window.hit=1',
  '<style>body{display:none}</style>',
  '<link rel=stylesheet href=http://example.invalid/x.css>',
  '<meta http-equiv=refresh content="0;url=http://example.invalid/">',
  '<base href=http://example.invalid/>',
  '<form action=http://example.invalid/><input name=a autofocus onfocus=window.hit=1></form>',
  '<math><mi xlink:href="data:x,window.hit=1">m</mi></math>',
  '<details open ontoggle=window.hit=1>d</details>',
  '&lt;script&gt;window.hit=1&lt;/script&gt; &amp;amp; &#60;b&#62;',
  '${window.hit=1}{{constructor.constructor("window.hit=1")()}}',
  '<template><img src=x onerror=window.hit=1></template><!-- --!> ]]>',
];
