(()=>{(()=>{let e=document.documentElement;e.dataset.js="";let t=null;try{t=localStorage.getItem("theme")}catch{}(t==="dark"||t==="light")&&(e.dataset.theme=t)})();})();
