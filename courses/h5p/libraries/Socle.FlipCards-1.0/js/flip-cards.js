/** Cards to turn over: a term in front, its definition behind. Not scored; done once every card has been turned. */
Socle.FlipCards = (function (Activity) {
  'use strict';

  var make = Activity.make;
  var KNOWN = 'known';
  var REVIEW = 'review';
  var defaults = {
    taskDescription: '',
    cards: [],
    behaviour: {enableRetry: true, randomOrder: false},
    l10n: {
      turn: 'Turn the card',
      turnBack: 'Turn it back',
      known: 'I know it',
      review: 'To review',
      progress: 'Cards turned: @count of @total',
      allTurned: 'You have turned every card.',
      showReview: 'See only the cards to review (@count)',
      showAll: 'See all the cards',
      retry: 'Start again',
      position: 'Card @number of @total'
    }
  };

  function FlipCards(params, contentId, extras) {
    Activity.call(this, 'cards', defaults, params, contentId, extras);
    this.cards = this.params.cards.filter(function (one) {
      return one && one.term && one.definition;
    });
    var kept = this.previousState;
    this.turned = this.kept(kept.turned, [true], false);
    this.shown = this.cards.map(function () {
      return false;
    });
    this.marks = this.kept(kept.marks, [KNOWN, REVIEW], '');
    this.order = this.cards.map(function (one, at) {
      return at;
    });
    if (this.params.behaviour.randomOrder) {
      this.order = H5P.shuffleArray(this.order);
    }
    this.isTold = kept.isTold === true && this.turned.indexOf(false) < 0;
    this.isFiltered = false;
  }

  FlipCards.prototype = Object.create(Activity.prototype);
  FlipCards.prototype.constructor = FlipCards;
  FlipCards.defaults = defaults;

  /** What a kept state says of each card, among the values it may have. */
  FlipCards.prototype.kept = function (values, allowed, otherwise) {
    return this.cards.map(function (one, at) {
      return Array.isArray(values) && allowed.indexOf(values[at]) >= 0 ? values[at] : otherwise;
    });
  };

  FlipCards.prototype.build = function () {
    this.list = make('ul', {className: 'socle-list'});
    this.done = make('p', {className: 'socle-done', textContent: this.say('allTurned')});
    this.filter = this.button('', this.toggleFilter);
    this.again = this.button(this.say('retry'), function () {
      this.resetTask();
      this.changed();
      Activity.focusOn(this.list.querySelector('button'));
    });
    this.end = make('div', {className: 'socle-end'}, [
      this.done, make('div', {className: 'socle-actions'}, [this.filter, this.again])
    ]);
    [this.introduction(), this.announcer(), this.list, this.end].forEach(function (part) {
      this.root.appendChild(part);
    }, this);
    this.list.replaceChildren.apply(this.list, this.order.map(this.card, this));
    this.draw();
  };

  FlipCards.prototype.card = function (at, place) {
    var one = this.cards[at];
    var position = {number: place + 1, total: this.cards.length};
    var image = this.image(one);
    var front = make('div', {className: 'socle-front'}, (image ? [image] : []).concat([
      make('p', {className: 'socle-term', textContent: one.term})
    ]));
    var back = make('div', {className: 'socle-back'}, [
      make('p', {className: 'socle-reminder', textContent: one.term}),
      make('p', {className: 'socle-definition', textContent: one.definition})
    ]);
    // What replaces the other side is read out; the focus stays on the button.
    var faces = make('div', {className: 'socle-faces'}, [front, back]);
    faces.setAttribute('aria-live', 'polite');
    var turn = this.button('', function () {
      this.turn(at);
    }, 'turn');
    var marks = make('div', {className: 'socle-marks'}, [this.mark(at, KNOWN), this.mark(at, REVIEW)]);
    var card = make('li', {className: 'socle-card socle-item'}, [
      make('p', {className: 'socle-position', textContent: this.say('position', position)}), faces, turn, marks
    ]);
    card.dataset.card = String(at);
    return card;
  };

  FlipCards.prototype.image = function (one) {
    if (!one.image || !one.image.path) {
      return null;
    }
    var self = this;
    var image = make('img', {src: H5P.getPath(one.image.path, this.contentId), alt: one.imageAlt || ''});
    image.addEventListener('load', function () {
      self.trigger('resize');
    });
    return image;
  };

  FlipCards.prototype.mark = function (at, mark) {
    var button = this.button(this.say(mark), function () {
      this.marks[at] = this.marks[at] === mark ? '' : mark;
      this.draw();
      this.changed();
    }, 'mark');
    button.dataset.mark = mark;
    button.insertBefore(Activity.icon(mark === KNOWN ? 'check' : 'turn'), button.firstChild);
    button.setAttribute('aria-label', this.say(mark) + ', ' + this.cards[at].term);
    return button;
  };

  /** Show every card as it stands. Nothing is replaced, so that the focus stays where it is. */
  FlipCards.prototype.draw = function () {
    Array.prototype.forEach.call(this.list.children, function (card) {
      var at = Number(card.dataset.card);
      var isShown = this.shown[at];
      var turn = card.querySelector('.socle-turn');
      var words = this.say(isShown ? 'turnBack' : 'turn');
      card.hidden = this.isFiltered && this.marks[at] !== REVIEW;
      card.classList.toggle('socle-shown', isShown);
      card.classList.toggle('socle-turned', this.turned[at]);
      card.querySelector('.socle-front').hidden = isShown;
      card.querySelector('.socle-back').hidden = !isShown;
      turn.textContent = words;
      turn.setAttribute('aria-label', words + ', ' + this.cards[at].term);
      card.querySelector('.socle-marks').hidden = !this.turned[at];
      Array.prototype.forEach.call(card.querySelectorAll('.socle-mark'), function (button) {
        button.setAttribute('aria-pressed', String(this.marks[at] === button.dataset.mark));
      }, this);
    }, this);
    this.drawEnd();
  };

  FlipCards.prototype.drawEnd = function () {
    var toReview = this.countOf(this.marks, REVIEW);
    this.status.textContent = this.say('progress', {count: this.countOf(this.turned, true), total: this.cards.length});
    this.done.hidden = !this.isDone();
    this.filter.textContent = this.isFiltered ? this.say('showAll') : this.say('showReview', {count: toReview});
    this.filter.hidden = !this.isFiltered && !toReview;
    this.again.hidden = !this.params.behaviour.enableRetry || !this.getAnswerGiven();
    this.end.hidden = this.done.hidden && this.filter.hidden && this.again.hidden;
  };

  FlipCards.prototype.turn = function (at) {
    this.shown[at] = !this.shown[at];
    this.turned[at] = true;
    this.draw();
    this.changed();
    if (this.isDone() && !this.isTold) {
      this.isTold = true;
      this.status.textContent += ' ' + this.say('allTurned');
      this.tellCompleted();
    }
  };

  FlipCards.prototype.toggleFilter = function () {
    this.isFiltered = !this.isFiltered;
    this.shown.fill(false);
    this.draw();
    this.trigger('resize');
    Activity.focusOn(this.list.querySelector('li:not([hidden]) button') || this.filter);
  };

  FlipCards.prototype.countOf = function (values, wanted) {
    return values.filter(function (value) {
      return value === wanted;
    }).length;
  };

  FlipCards.prototype.isDone = function () {
    return this.cards.length > 0 && this.turned.indexOf(false) < 0;
  };

  FlipCards.prototype.questions = function () {
    return [];
  };

  FlipCards.prototype.restart = function () {
    this.turned.fill(false);
    this.shown.fill(false);
    this.marks.fill('');
    this.isTold = this.isFiltered = false;
    if (this.root) {
      this.draw();
    }
  };

  FlipCards.prototype.getScore = function () {
    return 0;
  };

  FlipCards.prototype.getMaxScore = function () {
    return 0;
  };

  FlipCards.prototype.getAnswerGiven = function () {
    return this.turned.indexOf(true) >= 0;
  };

  /** Every definition, for a host that shows solutions. */
  FlipCards.prototype.showSolutions = function () {
    this.shown.fill(true);
    if (this.root) {
      this.draw();
      this.trigger('resize');
    }
  };

  FlipCards.prototype.state = function () {
    return {turned: this.turned, marks: this.marks, isTold: this.isTold};
  };

  return FlipCards;
})(Socle.Activity);
