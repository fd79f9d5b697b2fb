/**
 * What the content types of Socle have in common: how they speak to the H5P core, and how they build what is shown.
 *
 * The core copies the prototype of a content type when it plays it, so constructors are plain functions and every
 * method stands on the prototype (a class would refuse).
 */
var Socle = window.Socle = window.Socle || {};

Socle.Activity = (function () {
  'use strict';

  var HTML_FIELDS = ['taskDescription'];
  var PATHS = {check: 'M4 12.5l5 5L20 6.5', cross: 'M6 6l12 12M18 6L6 18', turn: 'M5 12a7 7 0 1 1 2 5M5 19v-4h4'};
  var played = 0;

  /**
   * @param {string} kind Its name in CSS classes.
   * @param {Object} defaults What the parameters are when nothing says otherwise; the same as in semantics.json.
   * @param {Object} params As the host gives them: texts are escaped, see `decoded`.
   * @param {number} contentId
   * @param {Object} [extras] `previousState`, `metadata`, `parent`…
   */
  function Activity(kind, defaults, params, contentId, extras) {
    H5P.EventDispatcher.call(this);
    extras = extras || {};
    played += 1;
    this.kind = kind;
    this.name = 'socle-' + kind + '-' + played;
    this.params = decoded(H5P.jQuery.extend(true, {}, defaults, params));
    this.contentId = contentId;
    this.metadata = extras.metadata || {};
    this.previousState = extras.previousState instanceof Object ? extras.previousState : {};
    this.isTouched = Object.keys(this.previousState).length > 0;
  }

  Activity.prototype = Object.create(H5P.EventDispatcher.prototype);
  Activity.prototype.constructor = Activity;

  /** Show the activity in the element the host gives: a jQuery set, or an element. */
  Activity.prototype.attach = function (container) {
    var place = container.get ? container.get(0) : container;
    this.root = make('div', {className: 'socle socle-' + this.kind});
    if (this.metadata.defaultLanguage) {
      this.root.lang = this.metadata.defaultLanguage;
    }
    this.build();
    place.appendChild(this.root);
    this.setActivityStarted();
    this.trigger('resize');
  };

  Activity.prototype.getTitle = function () {
    return H5P.createTitle(this.metadata.title || this.kind);
  };

  /** The words of the interface, `@name` being replaced by what `values` says. */
  Activity.prototype.say = function (key, values) {
    var words = this.params.l10n[key];
    Object.keys(values || {}).forEach(function (name) {
      words = words.split('@' + name).join(values[name]);
    });
    return words;
  };

  /** What was done changed: hosts that listen keep the state, and the frame follows the height. */
  Activity.prototype.changed = function () {
    this.isTouched = true;
    this.triggerXAPI('interacted');
    this.trigger('resize');
  };

  /** Start over, the time as well. */
  Activity.prototype.resetTask = function () {
    if (this.activityStartTime) {
      this.activityStartTime = Date.now();
    }
    this.restart();
    this.trigger('resize');
  };

  /** The state to come back to; nothing is kept of an activity nobody touched. */
  Activity.prototype.getCurrentState = function () {
    return this.isTouched ? this.state() : undefined;
  };

  // What is said to the host (xAPI)

  /** Tell the answer to one question: a part of this content, with an identifier of its own. */
  Activity.prototype.tellAnswer = function (question) {
    this.trigger(this.answerEvent(question));
  };

  /**
   * @param {Object} question `{id, text, choices: [string], correct: [number], given: number}`; `given` is -1 when unanswered.
   */
  Activity.prototype.answerEvent = function (question) {
    var part = {
      contentId: this.contentId,
      subContentId: question.id,
      parent: this,
      libraryInfo: this.libraryInfo,
      getTitle: function () {
        return H5P.createTitle(question.text);
      }
    };
    var event = this.createXAPIEventTemplate.call(part, 'answered');
    var definition = event.getVerifiedStatementValue(['object', 'definition']);
    var isRight = question.correct.indexOf(question.given) >= 0;
    definition.type = 'http://adlnet.gov/expapi/activities/cmi.interaction';
    definition.interactionType = 'choice';
    definition.description = said(question.text);
    definition.correctResponsesPattern = question.correct.map(String);
    definition.choices = question.choices.map(function (words, at) {
      return {id: String(at), description: said(words)};
    });
    event.setScoredResult(isRight ? 1 : 0, 1, undefined, true, isRight);
    event.data.statement.result.response = question.given < 0 ? '' : String(question.given);
    return event;
  };

  /** Tell that the whole is done. Success is not said: whoever set a pass mark decides of it. */
  Activity.prototype.tellCompleted = function () {
    this.trigger(this.completedEvent());
  };

  Activity.prototype.completedEvent = function () {
    var event = this.createXAPIEventTemplate('completed');
    var definition = event.getVerifiedStatementValue(['object', 'definition']);
    definition.type = 'http://adlnet.gov/expapi/activities/cmi.interaction';
    definition.interactionType = 'compound';
    definition.description = said(plain(this.params.taskDescription) || this.getTitle());
    if (this.getMaxScore()) {
      event.setScoredResult(this.getScore(), this.getMaxScore(), this, true);
    }
    else {
      event.setScoredResult(undefined, undefined, this, true);
    }
    return event;
  };

  /** What report screens ask for: the whole, and each of its questions. */
  Activity.prototype.getXAPIData = function () {
    var self = this;
    return {
      statement: this.completedEvent().data.statement,
      children: this.questions().map(function (question) {
        return {statement: self.answerEvent(question).data.statement};
      })
    };
  };

  // Pieces of what is shown

  Activity.prototype.introduction = function () {
    var words = this.params.taskDescription;
    var place = make('div', {className: 'socle-introduction', hidden: !plain(words)});
    // The only rich text: hosts keep in it what semantics.json allows.
    place.innerHTML = words || '';
    return place;
  };

  Activity.prototype.button = function (label, act, look) {
    var button = make('button', {type: 'button', className: 'socle-button socle-' + (look || 'plain'), textContent: label});
    button.addEventListener('click', act.bind(this));
    return button;
  };

  /** Where short messages are said: read out when their text changes. */
  Activity.prototype.announcer = function () {
    this.status = make('p', {className: 'socle-status'});
    this.status.setAttribute('role', 'status');
    return this.status;
  };

  /** One radio button for each choice, as a list; `onChoice` is given its number. */
  Activity.prototype.radios = function (name, choices, chosen, onChoice) {
    return make('div', {className: 'socle-choices'}, choices.map(function (words, at) {
      var input = make('input', {type: 'radio', name: name, value: String(at), checked: at === chosen});
      input.addEventListener('change', function () {
        onChoice(at);
      });
      return make('label', {className: 'socle-choice'}, [input, make('span', {textContent: words})]);
    }));
  };

  /** A word that says how it went, with its sign; never colour alone. */
  Activity.prototype.verdict = function (isRight) {
    return make('strong', {className: 'socle-verdict ' + (isRight ? 'socle-right' : 'socle-wrong')}, [
      icon(isRight ? 'check' : 'cross'),
      make('span', {textContent: this.say(isRight ? 'right' : 'wrong')})
    ]);
  };

  /** The score, in words and as a bar. */
  Activity.prototype.scoreLine = function () {
    var fill = make('span');
    fill.style.inlineSize = 100 * this.getScore() / (this.getMaxScore() || 1) + '%';
    var bar = make('span', {className: 'socle-bar'}, [fill]);
    bar.setAttribute('aria-hidden', 'true');
    return make('div', {className: 'socle-score'}, [
      make('p', {textContent: this.say('score', {score: this.getScore(), total: this.getMaxScore()})}),
      bar
    ]);
  };

  // Helpers

  /** Make an element, with its properties and its children. */
  function make(tag, properties, children) {
    var element = document.createElement(tag);
    Object.keys(properties || {}).forEach(function (name) {
      element[name] = properties[name];
    });
    (children || []).forEach(function (child) {
      element.appendChild(child);
    });
    return element;
  }

  function icon(name) {
    var drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    var path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    drawing.setAttribute('viewBox', '0 0 24 24');
    drawing.setAttribute('class', 'socle-icon');
    drawing.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', PATHS[name]);
    drawing.appendChild(path);
    return drawing;
  }

  /** Put the focus where the reader has to go on; what is no control takes it for this time. */
  function focusOn(element) {
    if (!element.matches('button, input, a[href]')) {
      element.tabIndex = -1;
    }
    element.focus();
  }

  /** Texts come escaped from hosts, once: "l&#039;accueil". They are shown as text, never as HTML. */
  function decoded(value) {
    if (Array.isArray(value)) {
      return value.map(decoded);
    }
    if (value instanceof Object) {
      return Object.keys(value).reduce(function (read, name) {
        read[name] = HTML_FIELDS.indexOf(name) < 0 ? decoded(value[name]) : value[name];
        return read;
      }, {});
    }
    if (typeof value !== 'string') {
      return value;
    }
    var reader = document.createElement('textarea');
    reader.innerHTML = value;
    return reader.value;
  }

  /** The words of a rich text. */
  function plain(html) {
    return new DOMParser().parseFromString(html || '', 'text/html').body.textContent.trim();
  }

  /** Report screens look texts up as American English, whatever their language: the habit of the H5P core. */
  function said(words) {
    return {'en-US': words};
  }

  /**
   * The identifier of a question: the one its host gave, else one drawn from its words, in the form of a UUID, so that it
   * is the same whenever and wherever it is played.
   */
  function identifierOf(item) {
    if (item.subContentId) {
      return item.subContentId;
    }
    var words = JSON.stringify(item);
    var hex = [1, 2, 3, 4].map(function (seed) {
      var hash = 2166136261 ^ seed;
      for (var at = 0; at < words.length; at += 1) {
        hash = Math.imul(hash ^ words.charCodeAt(at), 16777619);
      }
      return ('0000000' + (hash >>> 0).toString(16)).slice(-8);
    }).join('');
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
  }

  /** A number among `count`, or -1: what a kept state says is not believed. */
  function choiceAmong(value, count) {
    return Number.isInteger(value) && value >= 0 && value < count ? value : -1;
  }

  Activity.make = make;
  Activity.icon = icon;
  Activity.focusOn = focusOn;
  Activity.identifierOf = identifierOf;
  Activity.choiceAmong = choiceAmong;
  return Activity;
})();
