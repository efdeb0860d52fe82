// Lets a reader sort the shelf by title. Without it the page is whole: the shelf is in the order of its ratings.
const shelf = document.querySelector('#shelf')
const byRating = [...shelf.children]
const titleOf = (book) => String(book.querySelector('h2').textContent)
const byTitle = byRating.toSorted((a, b) => titleOf(a).localeCompare(titleOf(b), 'en'))

const button = document.createElement('button')
button.dataset.sort = 'rating'
button.textContent = 'Sort by title'
button.addEventListener('click', () => {
  const isByRating = button.dataset.sort === 'rating'
  shelf.replaceChildren(...(isByRating ? byTitle : byRating))
  button.dataset.sort = isByRating ? 'title' : 'rating'
  button.textContent = isByRating ? 'Sort by rating' : 'Sort by title'
})
shelf.before(button)
