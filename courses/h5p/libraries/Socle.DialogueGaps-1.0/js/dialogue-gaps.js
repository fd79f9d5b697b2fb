/** Dialogue with gaps: a conversation that stops wherever there is something to say; each choice has its feedback. */
Socle.DialogueGaps = (function (Activity) {
  'use strict';

  var make = Activity.make;
  var defaults = {
    taskDescription: '',
    lines: [],
    behaviour: {enableRetry: true, enableSolutionsButton: true},
    l10n: {
      question: 'What do you say?',
      answer: 'Say this',
      retry: 'Start again',
      showSolutions: 'Show the answers',
      right: 'A good choice',
      wrong: 'Another choice would be better',
      answerIs: 'The best choice: @choice',
      score: 'Score: @score out of @total',
      choose: 'Choose an answer first.',
      position: 'Gap @number of @total'
    }
  };

  function DialogueGaps(params, contentId, extras) {
    Activity.call(this, 'dialogue', defaults, params, contentId, extras);
    this.lines = this.params.lines.filter(function (line) {
      return line && (line.text || isGap(line));
    });
    this.gaps = this.lines.filter(isGap);
    var kept = Array.isArray(this.previousState.answers) ? this.previousState.answers : [];
    this.answers = [];
    // Answers follow one another: the first that does not hold ends what is taken up.
    this.gaps.every(function (gap, at) {
      var answer = Activity.choiceAmong(kept[at], gap.choices.length);
      return answer >= 0 && this.answers.push(answer) > 0;
    }, this);
    this.chosen = Activity.choiceAmong(this.previousState.chosen, 4);
    this.isSolved = this.isDone() && this.previousState.isSolved === true;
  }

  DialogueGaps.prototype = Object.create(Activity.prototype);
  DialogueGaps.prototype.constructor = DialogueGaps;
  DialogueGaps.defaults = defaults;

  function isGap(line) {
    return Boolean(line && Array.isArray(line.choices) && line.choices.length > 1);
  }

  DialogueGaps.prototype.isDone = function () {
    return this.gaps.length > 0 && this.answers.length === this.gaps.length;
  };

  DialogueGaps.prototype.build = function () {
    this.list = make('ol', {className: 'socle-list'});
    this.end = make('div', {className: 'socle-end'});
    [this.introduction(), this.list, this.announcer(), this.end].forEach(function (part) {
      this.root.appendChild(part);
    }, this);
    this.draw();
  };

  /** Show the conversation up to the first gap that waits for an answer. */
  DialogueGaps.prototype.draw = function () {
    this.list.replaceChildren();
    var gap = 0;
    this.lines.every(function (line) {
      if (!isGap(line)) {
        this.list.appendChild(this.spoken(line, line.text));
        return true;
      }
      var isAnswered = gap < this.answers.length;
      if (isAnswered) {
        this.list.appendChild(this.answered(line, gap));
      }
      else {
        this.list.appendChild(this.isSolved ? this.solved(line, gap) : this.open(line, gap));
      }
      gap += 1;
      return isAnswered || this.isSolved;
    }, this);
    this.status.textContent = '';
    this.end.hidden = !this.isDone();
    if (this.isDone()) {
      this.drawEnd();
    }
  };

  DialogueGaps.prototype.spoken = function (line, words) {
    return make('li', {className: 'socle-line socle-item'}, [
      make('p', {className: 'socle-speaker', textContent: line.speaker}),
      make('p', {className: 'socle-words', textContent: words})
    ]);
  };

  DialogueGaps.prototype.open = function (line, gap) {
    var self = this;
    var choices = line.choices.map(function (choice) {
      return choice.text;
    });
    return make('li', {className: 'socle-line socle-gap socle-item'}, [
      make('p', {className: 'socle-speaker', textContent: line.speaker}),
      make('fieldset', {}, [
        make('legend', {}, [
          make('span', {className: 'socle-position', textContent: this.place(gap)}),
          make('span', {className: 'socle-question', textContent: this.say('question')})
        ]),
        this.radios(this.name + '-' + gap, choices, this.chosen, function (choice) {
          self.chosen = choice;
          self.status.textContent = '';
          self.changed();
        })
      ]),
      make('div', {className: 'socle-actions'}, [this.button(this.say('answer'), this.answer, 'primary')])
    ]);
  };

  DialogueGaps.prototype.answered = function (line, gap) {
    var choice = line.choices[this.answers[gap]];
    var item = this.spoken(line, choice.text);
    var feedback = make('div', {className: 'socle-feedback'}, [make('p', {}, [this.verdict(this.isRight(gap))])]);
    if (choice.feedback) {
      feedback.appendChild(make('p', {textContent: choice.feedback}));
    }
    if (this.isSolved && !this.isRight(gap)) {
      this.best(gap).forEach(function (at) {
        var words = this.say('answerIs', {choice: line.choices[at].text});
        feedback.appendChild(make('p', {className: 'socle-answer', textContent: words}));
      }, this);
    }
    item.classList.add('socle-gap');
    item.insertBefore(make('p', {className: 'socle-position', textContent: this.place(gap)}), item.firstChild);
    item.appendChild(feedback);
    return item;
  };

  /** A gap nobody answered, once the answers are shown. */
  DialogueGaps.prototype.solved = function (line, gap) {
    var item = this.spoken(line, line.choices[this.best(gap)[0] || 0].text);
    item.classList.add('socle-gap');
    item.insertBefore(make('p', {className: 'socle-position', textContent: this.place(gap)}), item.firstChild);
    return item;
  };

  DialogueGaps.prototype.place = function (gap) {
    return this.say('position', {number: gap + 1, total: this.gaps.length});
  };

  DialogueGaps.prototype.drawEnd = function () {
    var buttons = make('div', {className: 'socle-actions'});
    if (this.params.behaviour.enableSolutionsButton && !this.isSolved && this.getScore() < this.getMaxScore()) {
      buttons.appendChild(this.button(this.say('showSolutions'), function () {
        this.showSolutions();
        Activity.focusOn(this.list.querySelector('.socle-answer').parentNode);
      }));
    }
    if (this.params.behaviour.enableRetry) {
      buttons.appendChild(this.button(this.say('retry'), function () {
        this.resetTask();
        this.changed();
        Activity.focusOn(this.list.querySelector('input'));
      }));
    }
    this.end.replaceChildren(this.scoreLine(), buttons);
  };

  /** Say the chosen words: the feedback takes the focus, and what follows comes after it. */
  DialogueGaps.prototype.answer = function () {
    var gap = this.answers.length;
    if (Activity.choiceAmong(this.chosen, this.gaps[gap].choices.length) < 0) {
      this.status.textContent = this.say('choose');
      this.trigger('resize');
      Activity.focusOn(this.list.lastElementChild.querySelector('input'));
      return;
    }
    this.answers.push(this.chosen);
    this.chosen = -1;
    this.draw();
    this.changed();
    this.tellAnswer(this.questions()[gap]);
    if (this.isDone()) {
      this.tellCompleted();
    }
    Activity.focusOn(this.list.querySelectorAll('.socle-feedback')[gap]);
  };

  DialogueGaps.prototype.best = function (gap) {
    return this.gaps[gap].choices.reduce(function (found, choice, at) {
      return choice.isBest ? found.concat(at) : found;
    }, []);
  };

  DialogueGaps.prototype.isRight = function (gap) {
    return this.best(gap).indexOf(this.answers[gap]) >= 0;
  };

  DialogueGaps.prototype.questions = function () {
    return this.gaps.map(function (gap, at) {
      return {
        id: Activity.identifierOf(gap),
        text: this.heard(gap) || this.place(at),
        choices: gap.choices.map(function (choice) {
          return choice.text;
        }),
        correct: this.best(at),
        given: at < this.answers.length ? this.answers[at] : -1
      };
    }, this);
  };

  /** What was said just before a gap: what one answers to. */
  DialogueGaps.prototype.heard = function (gap) {
    var before = this.lines[this.lines.indexOf(gap) - 1];
    return before && before.text ? before.speaker + ' – ' + before.text : '';
  };

  DialogueGaps.prototype.restart = function () {
    this.answers = [];
    this.chosen = -1;
    this.isSolved = false;
    if (this.root) {
      this.draw();
    }
  };

  DialogueGaps.prototype.getScore = function () {
    return this.answers.filter(function (answer, at) {
      return this.isRight(at);
    }, this).length;
  };

  DialogueGaps.prototype.getMaxScore = function () {
    return this.gaps.length;
  };

  DialogueGaps.prototype.getAnswerGiven = function () {
    return this.answers.length > 0 || this.chosen >= 0;
  };

  DialogueGaps.prototype.showSolutions = function () {
    this.isSolved = true;
    if (this.root) {
      this.draw();
      this.trigger('resize');
    }
  };

  DialogueGaps.prototype.state = function () {
    return {answers: this.answers, chosen: this.chosen, isSolved: this.isSolved};
  };

  return DialogueGaps;
})(Socle.Activity);
