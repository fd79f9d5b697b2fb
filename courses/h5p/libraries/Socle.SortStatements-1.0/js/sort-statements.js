/** Fact or interpretation: each statement is put in one of two groups, by radio buttons, then all are checked at once. */
Socle.SortStatements = (function (Activity) {
  'use strict';

  var make = Activity.make;
  var GROUPS = ['first', 'second'];
  var defaults = {
    taskDescription: '',
    firstGroup: 'Fact',
    secondGroup: 'Interpretation',
    statements: [],
    behaviour: {enableRetry: true, enableSolutionsButton: true, randomOrder: false},
    l10n: {
      check: 'Check my answers',
      retry: 'Start again',
      showSolutions: 'Show the answers',
      right: 'Right',
      wrong: 'To look at again',
      answerIs: 'Answer: @group',
      score: 'Score: @score out of @total',
      missing: 'Statements still to be sorted: @count',
      position: 'Statement @number of @total'
    }
  };

  function SortStatements(params, contentId, extras) {
    Activity.call(this, 'sort', defaults, params, contentId, extras);
    var kept = this.previousState;
    var answers = Array.isArray(kept.answers) ? kept.answers : [];
    this.statements = this.params.statements.filter(function (one) {
      return one && one.text;
    });
    this.answers = this.statements.map(function (one, at) {
      return Activity.choiceAmong(answers[at], GROUPS.length);
    });
    this.order = this.isOrder(kept.order) ? kept.order : this.newOrder();
    this.isChecked = kept.isChecked === true && this.answers.indexOf(-1) < 0;
    this.isSolved = this.isChecked && kept.isSolved === true;
  }

  SortStatements.prototype = Object.create(Activity.prototype);
  SortStatements.prototype.constructor = SortStatements;
  SortStatements.defaults = defaults;

  SortStatements.prototype.isOrder = function (order) {
    return Array.isArray(order) && order.slice().sort().join() === this.statements.map(function (one, at) {
      return at;
    }).sort().join();
  };

  SortStatements.prototype.newOrder = function () {
    var order = this.statements.map(function (one, at) {
      return at;
    });
    return this.params.behaviour.randomOrder ? H5P.shuffleArray(order) : order;
  };

  SortStatements.prototype.build = function () {
    this.list = make('ol', {className: 'socle-list'});
    this.end = make('div', {className: 'socle-end'});
    this.checking = make('div', {className: 'socle-actions'}, [this.button(this.say('check'), this.check, 'primary')]);
    [this.introduction(), this.list, this.announcer(), this.checking, this.end].forEach(function (part) {
      this.root.appendChild(part);
    }, this);
    this.draw();
  };

  /** Show the activity as it stands. */
  SortStatements.prototype.draw = function () {
    this.list.replaceChildren.apply(this.list, this.order.map(this.item, this));
    this.status.textContent = '';
    this.checking.hidden = this.isChecked;
    this.end.hidden = !this.isChecked;
    if (this.isChecked) {
      this.drawEnd();
    }
  };

  SortStatements.prototype.item = function (at, place) {
    var self = this;
    var one = this.statements[at];
    var position = {number: place + 1, total: this.statements.length};
    var groups = make('fieldset', {disabled: this.isChecked}, [
      make('legend', {}, [
        make('span', {className: 'socle-position', textContent: this.say('position', position)}),
        make('span', {className: 'socle-words', textContent: one.text})
      ]),
      this.radios(this.name + '-' + at, [this.params.firstGroup, this.params.secondGroup], this.answers[at], function (group) {
        self.answers[at] = group;
        self.status.textContent = '';
        self.changed();
      })
    ]);
    return make('li', {className: 'socle-item'}, this.isChecked ? [groups, this.feedback(at)] : [groups]);
  };

  SortStatements.prototype.feedback = function (at) {
    var one = this.statements[at];
    var parts = [make('p', {}, [this.verdict(this.isRight(at))])];
    if (this.isSolved) {
      var group = one.group === 'second' ? this.params.secondGroup : this.params.firstGroup;
      parts.push(make('p', {className: 'socle-answer', textContent: this.say('answerIs', {group: group})}));
    }
    if (one.feedback) {
      parts.push(make('p', {textContent: one.feedback}));
    }
    return make('div', {className: 'socle-feedback'}, parts);
  };

  SortStatements.prototype.drawEnd = function () {
    var buttons = make('div', {className: 'socle-actions'});
    if (this.params.behaviour.enableSolutionsButton && !this.isSolved && this.getScore() < this.getMaxScore()) {
      buttons.appendChild(this.button(this.say('showSolutions'), function () {
        this.showSolutions();
        Activity.focusOn(this.list.querySelector('.socle-feedback'));
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

  /** Check every answer; when some are missing, lead to the first one instead. */
  SortStatements.prototype.check = function () {
    var missing = this.order.filter(function (at) {
      return this.answers[at] < 0;
    }, this);
    if (missing.length) {
      this.status.textContent = this.say('missing', {count: missing.length});
      this.trigger('resize');
      Activity.focusOn(this.list.children[this.order.indexOf(missing[0])].querySelector('input'));
      return;
    }
    this.isChecked = true;
    this.draw();
    this.changed();
    this.questions().forEach(this.tellAnswer, this);
    this.tellCompleted();
    Activity.focusOn(this.end);
  };

  SortStatements.prototype.isRight = function (at) {
    return this.answers[at] === this.rightGroup(at);
  };

  SortStatements.prototype.rightGroup = function (at) {
    return GROUPS.indexOf(this.statements[at].group === 'second' ? 'second' : 'first');
  };

  SortStatements.prototype.questions = function () {
    return this.statements.map(function (one, at) {
      return {
        id: Activity.identifierOf(one),
        text: one.text,
        choices: [this.params.firstGroup, this.params.secondGroup],
        correct: [this.rightGroup(at)],
        given: this.answers[at]
      };
    }, this);
  };

  SortStatements.prototype.restart = function () {
    this.answers = this.statements.map(function () {
      return -1;
    });
    this.order = this.newOrder();
    this.isChecked = this.isSolved = false;
    if (this.root) {
      this.draw();
    }
  };

  SortStatements.prototype.getScore = function () {
    return this.statements.filter(function (one, at) {
      return this.isRight(at);
    }, this).length;
  };

  SortStatements.prototype.getMaxScore = function () {
    return this.statements.length;
  };

  SortStatements.prototype.getAnswerGiven = function () {
    return this.answers.some(function (answer) {
      return answer >= 0;
    });
  };

  SortStatements.prototype.showSolutions = function () {
    this.isChecked = this.isSolved = true;
    if (this.root) {
      this.draw();
      this.trigger('resize');
    }
  };

  SortStatements.prototype.state = function () {
    return {answers: this.answers, order: this.order, isChecked: this.isChecked, isSolved: this.isSolved};
  };

  return SortStatements;
})(Socle.Activity);
